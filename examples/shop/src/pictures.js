// Line drawings of the products, on a 64 x 64 grid.
const drawings = {
  lantern:
    '<path d="M24 14h16l4 8v26H20V22z"/><path d="M26 14a6 6 0 0 1 12 0M20 28h24M20 42h24M16 52h32"/><path class="fill" d="M32 30c4 4 3 9 0 9s-4-5 0-9z"/>',
  sweater:
    '<path d="M24 14l-12 8 4 14 6-3v19h20V33l6 3 4-14-12-8c-2 5-14 5-16 0z"/><path d="M22 40h20M22 45h20"/>',
  mug: '<path d="M16 20h26v26a6 6 0 0 1-6 6H22a6 6 0 0 1-6-6z"/><path d="M42 26h4a6 6 0 0 1 6 6v2a6 6 0 0 1-6 6h-4M24 8c-3 3 3 5 0 8M33 8c-3 3 3 5 0 8"/>',
  clock:
    '<circle cx="32" cy="32" r="20"/><path d="M32 32l8-11M32 15v4M32 45v4M15 32h4M45 32h4"/><path class="fill" d="M20 38q4-4 8 0t8 0 8 0q-3 10-12 10t-12-10z"/>',
  rope: '<circle cx="32" cy="34" r="18"/><circle cx="32" cy="34" r="12"/><circle cx="32" cy="34" r="6"/><path d="M46 23l6-10M50 12h5"/>',
  compass:
    '<circle cx="32" cy="36" r="18"/><circle cx="32" cy="14" r="4"/><path d="M40 28l-5 11-11 5 5-11z"/><path class="fill" d="M40 28l-5 11-6-6z"/>',
};

export function picture(id) {
  return `<svg viewBox="0 0 64 64" aria-hidden="true">${drawings[id] ?? ''}</svg>`;
}
