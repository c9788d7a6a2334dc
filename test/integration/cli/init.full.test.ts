import { composeProjects } from '../../support/compose-projects.ts';
import { testEngine } from '../../support/engine.ts';
import { deployAsItIs, makeStandIns } from './init-place.ts';

describe('ten compose projects that nobody has edited', function () {
  this.timeout(120_000);

  before(async () => makeStandIns(await testEngine()));

  for (const project of composeProjects)
    it(`are live after init, setup and deploy: ${project.name}`, () => deployAsItIs(project));
});
