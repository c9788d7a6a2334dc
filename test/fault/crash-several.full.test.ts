/** An agent that is killed while it changes several services at once: every point. */
import { crashMatrix } from './crash-matrix.ts';
import { comesToRestOn, openSeveral, operations, prepare } from './crash-several.ts';

crashMatrix({
  about: 'crash matrix of several services',
  operations,
  size: 'all',
  undisturbed: true,
  open: () => openSeveral(2),
  prepare,
  comesToRestOn,
});
