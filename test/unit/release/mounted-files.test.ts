import assert from 'node:assert/strict';
import {
  ensureFiles,
  missingFiles,
  mountedFiles,
  renamedFiles,
  withFileIds,
} from '../../../agent/release/mounted-files.ts';
import type { ReleasedService } from '../../../agent/swarm/ledger/release.ts';
import { openBench } from './engine.ts';

const config = { name: 'shop-dev_app-0123456789ab', data: 'one', labels: { l: 'm' } };
const secret = { name: 'shop-dev_password-0123456789ab', data: Buffer.from('two'), labels: {} };
const files = { configs: [config], secrets: [secret] };

const content = mounting({
  Configs: [{ File: { Name: '/app' }, ConfigName: config.name }],
  Secrets: [{ File: { Name: 'password' }, SecretName: secret.name }],
});

function mounting(container: object): ReleasedService {
  return {
    ...{ kind: 'web', content: 'c', image: 'i', digest: 'd', health: '/', replicas: 1, networks: [] },
    route: { hosts: [], port: 1 },
    rollout: { steps: [], drainMs: 0, keepWarmMs: 0, deadlineMs: 0, unattended: 'revert' },
    spec: {
      ...{ Labels: {}, Mode: { Replicated: { Replicas: 1 } } },
      TaskTemplate: { ContainerSpec: { Image: '', ...container } },
    },
  };
}

describe('configs and secrets of a release', () => {
  it('are made once, with the labels of the stack', async () => {
    const { cluster, engine } = await openBench();
    const { swarm } = engine('a');
    await ensureFiles(swarm, 'shop-dev', files);
    const first = cluster.config(config.name);
    await ensureFiles(swarm, 'shop-dev', files);
    assert.deepEqual(cluster.config(config.name), first);
    assert.equal(Buffer.from(first?.data ?? []).toString(), 'one');
    const own = { 'tidegate.stack': 'shop-dev', 'tidegate.object': 'config' };
    assert.deepEqual(first?.labels, { l: 'm', ...own });
    const [made, ...others] = cluster.secrets.values();
    assert.deepEqual(others, []);
    assert.deepEqual(
      { name: made?.name, data: made?.data, labels: made?.labels },
      { name: secret.name, data: 'two', labels: { ...own, 'tidegate.object': 'secret' } },
    );
  });

  it('are mounted by the id they have in this cluster', async () => {
    const { cluster, engine } = await openBench();
    const { swarm } = engine('a');
    await ensureFiles(swarm, 'shop-dev', files);
    const placed = await withFileIds(swarm, 7, content);
    const container = placed.spec.TaskTemplate.ContainerSpec;
    assert.deepEqual(container['Configs'], [
      { File: { Name: '/app' }, ConfigName: config.name, ConfigID: cluster.config(config.name)?.id },
    ]);
    const [id] = cluster.secrets.keys();
    assert.deepEqual(container['Secrets'], [
      { File: { Name: 'password' }, SecretName: secret.name, SecretID: id },
    ]);
  });

  it('that somebody removed are named before and while the release is placed', async () => {
    const { engine } = await openBench();
    const { swarm } = engine('a');
    const both = [config, secret].map(({ name }) => name);
    assert.deepEqual(
      (await missingFiles(swarm, [content])).map(({ name }) => name),
      both,
    );
    await assert.rejects(withFileIds(swarm, 7, content), {
      code: 'release.cannot-be-restored',
      message: `Release 7 cannot be brought back: its config ${config.name} was removed from the Swarm.`,
    });
  });

  it('that are external are the very same: another one under their name does not do', async () => {
    const { cluster, engine } = await openBench();
    const { swarm } = engine('a');
    const id = await swarm.secrets.create('shared', 'first', {});
    const external = mounting({ Secrets: [{ File: { Name: 's' }, SecretName: 'shared', SecretID: id }] });
    assert.deepEqual(await missingFiles(swarm, [external]), []);
    assert.deepEqual(await withFileIds(swarm, 7, external), external);
    cluster.secrets.delete(id);
    await swarm.secrets.create('shared', 'second', {});
    assert.deepEqual(await missingFiles(swarm, [external]), [{ kind: 'secret', name: 'shared', id }]);
    await assert.rejects(withFileIds(swarm, 7, external), {
      message:
        'Release 7 cannot be brought back: its external secret shared was removed from the Swarm, or replaced by another one.',
    });
  });

  it('get other names without anything else changing', () => {
    const renamed = renamedFiles(content.spec, ({ kind, name }) => ({
      name: `${kind} ${name}`,
      id: kind === 'secret' ? 'i' : undefined,
    }));
    assert.deepEqual(mountedFiles(renamed), [
      { kind: 'config', name: `config ${config.name}`, id: undefined },
      { kind: 'secret', name: `secret ${secret.name}`, id: 'i' },
    ]);
    const plain = mounting({}).spec;
    assert.deepEqual(
      renamedFiles(plain, ({ name }) => ({ name, id: 'x' })),
      plain,
    );
  });
});
