/** A sample of `crash-several.full.test.ts`. */
import { crashMatrix } from './crash-matrix.ts';
import { comesToRestOn, openSeveral, operations, prepare } from './crash-several.ts';

crashMatrix({
  about: 'crash matrix of several services',
  operations,
  size: 1,
  undisturbed: false,
  open: openSeveral,
  prepare,
  comesToRestOn,
});
