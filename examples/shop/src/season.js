// What changes with the season: colours, headline, the product in the window.
export const season = {
  headline: 'Good things for salt water.',
  intro: 'Six things we would take along ourselves, and nothing else.',
  notice: undefined,
  featured: 'lantern',
  colours: { deep: '#0b3c49', accent: '#13808f', light: '#e3f1f2', paper: '#fbfcfb' },
};
