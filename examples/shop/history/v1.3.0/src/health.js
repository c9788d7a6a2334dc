const priceList = undefined;

/** Why the shop cannot serve right now; `undefined` when it can. */
export function trouble() {
  return priceList ? undefined : 'waiting for the price list of the new season';
}
