import assert from 'node:assert/strict';
import { ensureConfigs, missingConfigs, withConfigIds } from '../../../agent/release/config-files.ts';
import type { ReleasedService } from '../../../agent/swarm/ledger/release.ts';
import { openBench } from './engine.ts';

const file = { name: 'shop-dev_app-0123456789ab', data: 'one', labels: { l: 'm' } };

const content: ReleasedService = {
  ...{ kind: 'web', content: 'c', image: 'i', digest: 'd', health: '/', replicas: 1, networks: [] },
  route: { hosts: [], port: 1 },
  rollout: { steps: [], drainMs: 0, keepWarmMs: 0, deadlineMs: 0, unattended: 'revert' },
  spec: {
    ...{ Labels: {}, Mode: { Replicated: { Replicas: 1 } } },
    TaskTemplate: {
      ContainerSpec: { Image: '', Configs: [{ File: { Name: '/app' }, ConfigName: file.name }] },
    },
  },
};

describe('configs of a release', () => {
  it('are made once, with the labels of the stack', async () => {
    const { cluster, engine } = await openBench();
    const { swarm } = engine('a');
    await ensureConfigs(swarm, 'shop-dev', [file]);
    const first = cluster.config(file.name);
    await ensureConfigs(swarm, 'shop-dev', [file]);
    assert.deepEqual(cluster.config(file.name), first);
    assert.equal(Buffer.from(first?.data ?? []).toString(), 'one');
    assert.deepEqual(first?.labels, { l: 'm', 'tidegate.stack': 'shop-dev', 'tidegate.object': 'config' });
  });

  it('are mounted by the id they have in this cluster', async () => {
    const { cluster, engine } = await openBench();
    const { swarm } = engine('a');
    await ensureConfigs(swarm, 'shop-dev', [file]);
    const placed = await withConfigIds(swarm, 7, content);
    assert.deepEqual(placed.spec.TaskTemplate.ContainerSpec['Configs'], [
      { File: { Name: '/app' }, ConfigName: file.name, ConfigID: cluster.config(file.name)?.id },
    ]);
  });

  it('that somebody removed are named before and while the release is placed', async () => {
    const { engine } = await openBench();
    const { swarm } = engine('a');
    assert.deepEqual(await missingConfigs(swarm, [content]), [file.name]);
    await assert.rejects(withConfigIds(swarm, 7, content), {
      code: 'release.cannot-be-restored',
      message: `Release 7 cannot be brought back: its config ${file.name} was removed from the Swarm.`,
    });
  });
});
