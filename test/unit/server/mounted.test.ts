import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CallerFiles } from '../../../agent/config/caller-files.ts';
import { madeFiles, mountProject, versionedName } from '../../../agent/server/mounted.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';
import { loadRight, shown } from '../config/project-files.ts';

const compose = `services:
  web:
    image: shop:1
    secrets: [password, shared]
    configs: [app]
secrets:
  password: { file: password }
  shared: { external: true, name: shared.v1 }
configs:
  app: { external: true }
`;

function caller(password: string): CallerFiles {
  return {
    isIgnored: () => Promise.resolve(true),
    read: () => Promise.resolve({ kind: 'data', data: Buffer.from(password) }),
  };
}

async function bench(): Promise<{ cluster: FakeCluster; engine: Pick<ReleaseEngine, 'swarm' | 'ledger'> }> {
  const cluster = new FakeCluster();
  const swarm = cluster.view();
  const ledger = openLedger(swarm, 'shop-dev');
  await ledger.keys.create();
  return { cluster, engine: { swarm, ledger } };
}

async function mounted(engine: Pick<ReleaseEngine, 'swarm' | 'ledger'>, password: string) {
  const project = await loadRight({ 'compose.yaml': compose }, { callerFiles: caller(password) });
  const { project: placed, problems } = await mountProject(engine.swarm, engine.ledger.keys, project);
  const [service] = placed.services;
  if (!service) throw new Error('no service');
  return { service, container: service.template.TaskTemplate.ContainerSpec, problems };
}

describe('what a project mounts', () => {
  it('is named by its content, and external things by their id', async () => {
    const { engine } = await bench();
    const secret = await engine.swarm.secrets.create('shared.v1', 's', {});
    const config = await engine.swarm.configs.create('app', 'c', {});
    const first = await mounted(engine, 'hunter1');
    const name = first.service.secrets[0]?.name ?? '';
    assert.match(name, /^shop-dev_password-[0-9a-f]{12}$/);
    const file = { UID: '0', GID: '0', Mode: 0o444 };
    assert.deepEqual(first.container['Secrets'], [
      { File: { Name: 'password', ...file }, SecretName: name },
      { File: { Name: 'shared', ...file }, SecretName: 'shared.v1', SecretID: secret },
    ]);
    assert.deepEqual(first.container['Configs'], [
      { File: { Name: 'app', ...file }, ConfigName: 'app', ConfigID: config },
    ]);
    const [made] = madeFiles(first.service).secrets;
    assert.deepEqual([made?.name, Buffer.from(made?.data ?? '').toString()], [name, 'hunter1']);
    assert.deepEqual(first.problems, []);
    const again = await mounted(engine, 'hunter1');
    assert.deepEqual(again.container, first.container);
    assert.notEqual((await mounted(engine, 'hunter2')).service.secrets[0]?.name, name);
  });

  it('is told with its place where the Swarm does not have it, or another environment does', async () => {
    const { engine } = await bench();
    await engine.swarm.secrets.create('shared.v1', 's', { 'tidegate.stack': 'other-dev' });
    const { problems } = await mounted(engine, 'hunter1');
    assert.deepEqual(problems.map(shown), [
      'compose.yaml:8:3 compose.invalid-name: secrets: the secret shared.v1 belongs to the environment other-dev.',
      'compose.yaml:10:3 compose.missing-external: configs: the Swarm has no config app, which is external.',
    ]);
  });

  it('needs an environment that is set up, as soon as there is a secret', async () => {
    const swarm = new FakeCluster().view();
    const engine = { swarm, ledger: openLedger(swarm, 'shop-dev') };
    await assert.rejects(mounted(engine, 'hunter1'), { code: 'environment.not-set-up' });
  });
});

describe('the version of a secret', () => {
  const version = (name: string, text: string, key: string): string =>
    versionedName({ name, content: () => Buffer.from(text) }, key).slice(name.length + 1);

  it('is the same for the same content, another for another content, name or key', () => {
    const two = fc.tuple(fc.string(), fc.string()).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(two, fc.string(), fc.string(), ([a, b], same, key) => {
        assert.equal(version('s', a, key), version('s', a, key));
        assert.notEqual(version('s', a, key), version('s', b, key));
        assert.notEqual(version(`n${a}`, same, key), version(`n${b}`, same, key));
        assert.notEqual(version('s', same, `k${a}`), version('s', same, `k${b}`));
      }),
    );
  });
});
