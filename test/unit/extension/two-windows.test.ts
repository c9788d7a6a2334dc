import assert from 'node:assert/strict';
import type { RemoteAgent } from '../../../agent/protocol/connection/remote.ts';
import { systemClock } from '../../../extension/agent/clock.ts';
import type { EnvironmentState, State } from '../../../extension/model/state.ts';
import { Store } from '../../../extension/project/store.ts';
import { aRollout, openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';

/** What a window has of its own: a connection, and what it knows. */
class Window {
  readonly agent: RemoteAgent;
  readonly store: Store;

  private constructor(agent: RemoteAgent, folder: string) {
    this.agent = agent;
    this.store = new Store({ agent: () => agent, clock: systemClock, log: () => undefined });
    this.store.setFolders([folder]);
    this.store.setActive(true);
  }

  static async open(place: AgentPlace): Promise<Window> {
    return new Window(await place.client(), place.folder);
  }

  /** Resolves with `dev` once this holds of it. */
  until(holds: (dev: EnvironmentState) => boolean): Promise<EnvironmentState> {
    return new Promise((resolve) => {
      const look = ({ projects }: State): void => {
        const dev = projects?.[0]?.environments[0];
        if (dev === undefined || !holds(dev)) return;
        listening.dispose();
        resolve(dev);
      };
      const listening = this.store.onChange(look);
      look(this.store.state);
    });
  }

  close(): void {
    this.store.dispose();
    this.agent.close();
  }
}

describe('two windows that share one agent', () => {
  let place: AgentPlace;
  let windows: readonly Window[];

  beforeEach(async () => {
    place = await openAgentPlace();
    windows = await Promise.all([Window.open(place), Window.open(place)]);
    await Promise.all(windows.map((window) => window.until(({ history }) => history !== undefined)));
  });
  afterEach(async () => {
    for (const window of windows) window.close();
    await place.close();
  });

  const begin = async (id: string): Promise<void> => {
    const { head, state } = aRollout(id);
    await place.ledger.journals.create(head, { state, driver: undefined });
  };

  it('both see what either of them starts', async () => {
    const seen = windows.map((window) => window.until(({ rollouts }) => rollouts.has('r1')));
    await begin('r1');
    assert.deepEqual(
      (await Promise.all(seen)).map(({ rollouts }) => [...rollouts.keys()]),
      [['r1'], ['r1']],
    );
  });

  it('do not need each other: one goes on when the other is closed', async () => {
    const [first, second] = windows;
    first?.close();
    const seen = second?.until(({ rollouts, history }) => rollouts.has('r1') && history?.length === 1);
    await begin('r1');
    assert.equal((await seen)?.rollouts.get('r1')?.stage, aRollout('r1').state.phase.name);
  });
});
