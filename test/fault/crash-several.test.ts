/** A sample of `crash-several.full.test.ts`: of the second deploy ever, which nobody takes up again. */
import { crashMatrix } from './crash-matrix.ts';
import { comesToRestOn, openSeveral, operations, prepareSecond } from './crash-several.ts';

crashMatrix({
  about: 'crash matrix of several services, a sample',
  operations,
  size: 1,
  // There is no earlier rollout that settles.
  chosen: ({ operation, next, after }) =>
    operation === 'deploy-several' && next === 'control' && after !== 'superseded',
  undisturbed: false,
  open: () => openSeveral(1),
  prepare: prepareSecond,
  comesToRestOn,
});
