// What changes with the season: colours, headline, the product in the window.
export const season = {
  headline: 'The autumn tide is in.',
  intro: 'Wool out of the chest, kettle on. The sweater is back, and so are the storms.',
  notice: 'Autumn opening: everything ships before the first gale.',
  featured: 'sweater',
  colours: { deep: '#43241c', accent: '#c2571a', light: '#fbeadb', paper: '#fffdf9' },
};
