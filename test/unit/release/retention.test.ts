import assert from 'node:assert/strict';
import { hasCode, failure } from '../../../agent/common/errors.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import { ensureFiles } from '../../../agent/release/mounted-files.ts';
import { prune } from '../../../agent/release/retention.ts';
import type { JournalWrite } from '../../../agent/swarm/ledger/journal-store.ts';
import type { ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import type { FakeCluster } from '../../support/fake-swarm.ts';
import { aRollout, inPhase } from '../../support/agent-place.ts';
import { openBench } from './engine.ts';

const keep = { releases: 2, auditEntries: 100, journals: 50 };

function releaseOf(version: string): Omit<ReleaseRecord, 'number'> {
  return {
    ...{ format: 1, project: 'shop', environment: 'dev', stack: 'shop-dev', commit: '0'.repeat(40) },
    ...{ tag: version, ref: version, restores: null, previous: null, by: 'test', at: '2026-01-01T00:00:00Z' },
    services: {
      web: {
        ...{ kind: 'web', content: version, image: 'i', digest: 'd', health: '/', replicas: 1, networks: [] },
        route: { hosts: [], port: 1 },
        rollout: { steps: [], drainMs: 0, keepWarmMs: 0, deadlineMs: 0, unattended: 'revert' },
        spec: {
          ...{ Labels: {}, Mode: { Replicated: { Replicas: 1 } } },
          TaskTemplate: {
            ContainerSpec: {
              Image: '',
              Configs: [{ File: {}, ConfigName: `app-${version}` }],
              Secrets: [{ File: {}, SecretName: `password-${version}` }],
            },
          },
        },
      },
    },
  };
}

interface Kept {
  readonly cluster: FakeCluster;
  readonly engine: ReleaseEngine;
  readonly files: () => readonly string[];
}

/** Releases 1 to 4 with a config and a secret each; the Swarm has another one that nobody labelled. */
async function fourReleases(): Promise<Kept> {
  const { cluster, engine: open } = await openBench();
  const engine = open('a');
  for (const version of ['v1', 'v2', 'v3', 'v4']) {
    await ensureFiles(engine.swarm, 'shop-dev', filesOf(version));
    await engine.ledger.releases.add(releaseOf(version), version);
  }
  await engine.swarm.secrets.create('password-v0', 'not ours', {});
  const own = /^(?:app|password)-/;
  const files = () =>
    [...cluster.configs.values(), ...cluster.secrets.values()]
      .map(({ name }) => name)
      .filter((name) => own.test(name))
      .sort();
  return { cluster, engine, files };
}

function filesOf(version: string) {
  const file = (name: string) => [{ name: `${name}-${version}`, data: version, labels: {} }];
  return { configs: file('app'), secrets: file('password') };
}

const versions = (...kept: readonly string[]): readonly string[] => [
  ...kept.map((version) => `app-${version}`),
  'password-v0',
  ...kept.map((version) => `password-${version}`),
];

function building(release: number | null): JournalWrite {
  const driver = { name: 'a', leaseSeconds: 3, counter: 1 };
  return { state: { ...inPhase('building', []), release }, driver };
}

describe('configs and secrets', () => {
  it('go with the last release that needs them', async () => {
    const { engine, files } = await fourReleases();
    await prune(engine, { ...keep, releases: 4 });
    assert.deepEqual(files(), versions('v1', 'v2', 'v3', 'v4'));
    await prune(engine, keep);
    assert.deepEqual(files(), versions('v3', 'v4'));
  });

  it('stay as long as a slot holds their release', async () => {
    const { engine, files } = await fourReleases();
    await engine.ledger.routes.change((routes) => ({ ...routes, slots: { 'web-blue': 1 } }));
    await prune(engine, keep);
    assert.deepEqual(files(), versions('v1', 'v3', 'v4'));
  });

  it('stay while a rollout is being built, which has made its own and names them only later', async () => {
    const { engine, files } = await fourReleases();
    const { head } = aRollout('r5');
    await engine.ledger.journals.create(head, building(null));
    await ensureFiles(engine.swarm, 'shop-dev', filesOf('v5'));
    await prune(engine, keep);
    assert.deepEqual(files(), versions('v1', 'v2', 'v3', 'v4', 'v5'));
  });

  it('of a build that came to nothing go', async () => {
    const { engine, files } = await fourReleases();
    await ensureFiles(engine.swarm, 'shop-dev', filesOf('v5'));
    await prune(engine, keep);
    assert.deepEqual(files(), versions('v3', 'v4'));
  });

  it('of a release that is recorded while this goes on stay', async () => {
    const { engine, files } = await fourReleases();
    const { head } = aRollout('r5');
    await engine.ledger.journals.create(head, building(null));
    await ensureFiles(engine.swarm, 'shop-dev', filesOf('v5'));
    const all = engine.ledger.journals;
    let asked = 0;
    const journals: typeof engine.ledger.journals = {
      ...engine.ledger.journals,
      list: async () => {
        asked += 1;
        // Built in between: from now on the journal names its release.
        if (asked === 3) {
          const { number } = await engine.ledger.releases.add(releaseOf('v5'), 'r5');
          await engine.ledger.journals.write('r5', 'a', building(number));
        }
        return all.list();
      },
    };
    await prune({ ...engine, ledger: { ...engine.ledger, journals } }, keep);
    assert.equal(asked, 3);
    assert.deepEqual(files(), versions('v3', 'v4', 'v5'));
  });

  it('that a task still mounts are left for the next time', async () => {
    const { engine, files } = await fourReleases();
    const inUse = failure('engine.failed', { message: 'in use' });
    const busy = { ...engine.swarm.secrets, remove: () => Promise.reject(inUse) };
    await prune({ ...engine, swarm: { ...engine.swarm, secrets: busy } }, keep);
    assert.deepEqual(files(), [
      ...['app-v3', 'app-v4'],
      ...['password-v0', 'password-v1', 'password-v2', 'password-v3', 'password-v4'],
    ]);
    await prune(engine, keep);
    assert.deepEqual(files(), versions('v3', 'v4'));
  });

  it('are not given up because of an error that says something else', async () => {
    const { engine } = await fourReleases();
    const broken = failure('engine.unreachable', { message: 'gone' });
    const configs = { ...engine.swarm.configs, remove: () => Promise.reject(broken) };
    await assert.rejects(prune({ ...engine, swarm: { ...engine.swarm, configs } }, keep), (error) =>
      hasCode(error, 'engine.unreachable'),
    );
  });
});
