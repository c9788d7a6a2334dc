import { composeProjects } from '../../support/compose-projects.ts';
import { testEngine } from '../../support/engine.ts';
import { deployAsItIs, makeStandIns } from './init-place.ts';

/** A sample; all ten are deployed by `init.full.test.ts`. */
const sample = ['queue', 'static'];

describe('a compose project that nobody has edited', function () {
  this.timeout(120_000);

  before(async () => makeStandIns(await testEngine()));

  for (const project of composeProjects.filter(({ name }) => sample.includes(name)))
    it(`is live after init, setup and deploy: ${project.name}`, () => deployAsItIs(project));
});
