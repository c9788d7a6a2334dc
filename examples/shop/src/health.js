/** Why the shop cannot serve right now; `undefined` when it can. */
export function trouble() {
  return undefined;
}
