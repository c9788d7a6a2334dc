import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import { createForeignStack, type ForeignStack } from '../../../scripts/testing/foreign-stack.ts';
import { testEngine } from '../../support/engine.ts';

describe("someone else's stack", function () {
  this.timeout(90_000);
  let docker: Docker;
  let foreign: ForeignStack;
  before(async () => {
    const engine = await testEngine();
    docker = engine.docker;
    foreign = await createForeignStack(docker, engine.images.node);
  });
  after(() => foreign.remove());

  it('is the same while nobody touches it', async () => {
    assert.deepEqual(await foreign.differences(), []);
  });

  it('differs as soon as one label of a config changes', async () => {
    const config = await only(
      docker.listConfigs({ filters: { label: [`com.docker.stack.namespace=${foreign.name}`] } }),
    );
    const spec = config.Spec;
    assert.ok(spec, 'spec');
    const labels = { ...spec.Labels, touched: 'yes' };
    await docker
      .getConfig(config.ID)
      .update({ _query: { version: config.Version.Index }, _body: { ...spec, Labels: labels } });
    const differences = await foreign.differences();
    assert.equal(differences.length, 2);
    assert.match(differences[1] ?? '', new RegExp(`^config ${config.ID} is .*touched`));
  });
});

async function only<T>(list: Promise<readonly T[]>): Promise<T> {
  const [first, ...more] = await list;
  assert.ok(first !== undefined && more.length === 0, 'first !== undefined && more.length === 0');
  return first;
}
