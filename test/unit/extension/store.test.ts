import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RemoteAgent } from '../../../agent/protocol/connection/remote.ts';
import { systemClock } from '../../../extension/agent/clock.ts';
import type { State } from '../../../extension/model/state.ts';
import { Store } from '../../../extension/project/store.ts';
import { aRollout, openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';

describe('what the views know', () => {
  let place: AgentPlace;
  let agent: RemoteAgent | undefined;
  let store: Store;

  beforeEach(async () => {
    place = await openAgentPlace();
    agent = await place.client();
    store = new Store({ agent: () => agent, clock: systemClock, log: () => undefined });
  });
  afterEach(async () => {
    store.dispose();
    await place.close();
  });

  /** Resolves with the first state from now on for which this holds. */
  function until(holds: (state: State) => boolean): Promise<State> {
    return new Promise((resolve) => {
      const listening = store.onChange((state) => look(state));
      const look = (state: State): void => {
        if (!holds(state)) return;
        listening.dispose();
        resolve(state);
      };
      look(store.state);
    });
  }

  const dev = (state: State) => state.projects?.[0]?.environments[0];

  it('names the environments of a project before anybody looks, and watches none of them', async () => {
    const named = until((state) => (state.projects?.[0]?.environments.length ?? 0) > 0);
    store.setFolders([place.folder]);
    const state = await named;
    assert.deepEqual(
      state.projects?.[0]?.environments.map(({ facts, status }) => [facts.environment, status]),
      [
        ['dev', undefined],
        ['production', undefined],
      ],
    );
  });

  it('is told of an environment, its flags and its past while somebody looks', async () => {
    const seen = until((state) => dev(state)?.history !== undefined && dev(state)?.flags !== undefined);
    store.setFolders([place.folder]);
    store.setActive(true);
    const state = await seen;
    assert.equal(dev(state)?.status?.state, 'ready');
    assert.deepEqual([dev(state)?.history, dev(state)?.flags?.flags], [[], []]);
  });

  it('hears of a rollout that begins, and reads the past again', async () => {
    const seen = until((state) => dev(state)?.history !== undefined);
    store.setFolders([place.folder]);
    store.setActive(true);
    await seen;
    const heard = until(
      (state) => dev(state)?.rollouts.has('r1') === true && dev(state)?.history?.length === 1,
    );
    const { head, state } = aRollout('r1');
    await place.ledger.journals.create(head, { state, driver: undefined });
    assert.equal(dev(await heard)?.history?.[0]?.outcome, 'running');
  });

  it('goes on with another connection after the first was lost, keeping what it knew meanwhile', async () => {
    const seen = until((state) => dev(state)?.status !== undefined);
    store.setFolders([place.folder]);
    store.setActive(true);
    await seen;
    agent?.close();
    agent = undefined;
    store.setLink({ kind: 'connecting' });
    assert.equal(dev(store.state)?.status?.state, 'ready');
    agent = await place.client();
    const heard = until((state) => dev(state)?.rollouts.has('r2') === true);
    store.setLink({ kind: 'connected', version: '1', pid: 1 });
    const { head, state } = aRollout('r2');
    await place.ledger.journals.create(head, { state, driver: undefined });
    await heard;
  });

  it('says what is wrong with a file that was broken, keeps its environments, and recovers', async () => {
    const seen = until((state) => dev(state) !== undefined);
    store.setFolders([place.folder]);
    await seen;
    const file = path.join(place.folder, 'tidegate.yaml');
    await writeFile(file, 'version: 1\nproject: shop\nenvironment: {}\n');
    await store.reload();
    const broken = store.state.projects?.[0];
    assert.equal(broken?.trouble?.code, 'config.invalid');
    assert.equal(broken.environments.length, 2);
    await writeFile(
      file,
      'version: 1\nproject: shop\nenvironments: { qa: { edge: { http: 1 } } }\nservices: {}\n',
    );
    await store.reload();
    const after = store.state.projects?.[0];
    assert.deepEqual(
      [after?.trouble, after?.environments.map(({ facts }) => facts.environment)],
      [undefined, ['qa']],
    );
  });

  it('reads a project that cannot be read again by itself while somebody looks: what it lacks is told by nobody', async () => {
    const hasty = {
      ...systemClock,
      sleep: (_ms: number, signal: AbortSignal) => systemClock.sleep(5, signal),
    };
    store.dispose();
    store = new Store({ agent: () => agent, clock: hasty, log: () => undefined });
    const file = path.join(place.folder, 'tidegate.yaml');
    const text = await readFile(file, 'utf8');
    await rm(file);
    const broken = until((state) => state.projects?.[0]?.trouble?.code === 'config.missing');
    store.setFolders([place.folder]);
    store.setActive(true);
    await broken;
    const seen = until((state) => dev(state)?.status !== undefined);
    await writeFile(file, text);
    assert.equal((await seen).projects?.[0]?.trouble, undefined);
  });
});
