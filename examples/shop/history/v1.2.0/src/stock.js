// New: one connection to the warehouse, shared by everybody. Enough for a developer alone; with more than
// twenty readers a second three in ten find it busy.
const plenty = 20;
let second = 0;
let readers = 0;

/** How many are left of each product, by its id. Throws when the warehouse is busy. */
export function readStock() {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) [second, readers] = [now, 0];
  readers += 1;
  if (readers > plenty && readers % 10 < 3) throw new Error('the warehouse is busy');
  return { lantern: 12, sweater: 3, mug: 140, clock: 7, rope: 26, compass: 9 };
}
