import assert from 'node:assert/strict';
import type { Discovered, Finding } from '../../../agent/protocol/connection/discovery.ts';
import { disconnected } from '../../../agent/protocol/connection/failures.ts';
import type { RemoteAgent } from '../../../agent/protocol/connection/remote.ts';
import type { TidegateError } from '../../../agent/protocol/errors.ts';
import { protocolVersion } from '../../../agent/protocol/version.ts';
import { AgentLink, type LinkDeps } from '../../../extension/agent/link.ts';
import type { LinkState } from '../../../extension/model/state.ts';

const agent = (changes: Partial<Discovered> = {}): Discovered => ({
  ...{ format: 1, pid: 7, started: null, port: 1, token: 'T'.repeat(40), version: '1.0.0', build: 'b' },
  ...{ protocolVersion, ...changes },
});
const running = (changes: Partial<Discovered> = {}): Finding => ({ state: 'running', agent: agent(changes) });

/** An agent that can be made to go away, a clock that only moves when it is slept on. */
class World {
  found: Finding = running();
  connectError: Error | undefined;
  readonly slept: number[] = [];
  readonly said: LinkState[] = [];
  readonly logged: string[] = [];
  readonly asked: string[] = [];
  link: AgentLink;
  #now = 0;
  #lose: (why: TidegateError) => void = () => undefined;
  /** Called for each pause; resolves when it is over. */
  pausing: (ms: number) => Promise<void> = () => new Promise(() => undefined);

  constructor(deps: Partial<LinkDeps> = {}) {
    this.link = new AgentLink({
      version: '1.0.0',
      build: 'b',
      protocolVersion,
      discover: () => Promise.resolve(this.found),
      connect: ({ pid }) => this.#connect(pid),
      greet: () => Promise.resolve(),
      start: () => {
        this.asked.push('start');
        this.found = running();
        return Promise.resolve();
      },
      end: (pid) => {
        this.asked.push(`end ${pid}`);
        this.found = { state: 'none' };
      },
      clock: {
        monotonic: () => this.#now,
        sleep: (ms, signal) => {
          this.#now += ms;
          this.slept.push(ms);
          if (ms < 100) return Promise.resolve();
          const woken = new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          return Promise.race([woken, this.pausing(ms)]);
        },
      },
      trusted: () => true,
      log: (level, text) => this.logged.push(`${level}: ${text}`),
      ...deps,
    });
    this.link.onState((state) => this.said.push(state));
  }

  lose(): void {
    this.#lose(disconnected('it closed the connection'));
  }

  #connect(pid: number): Promise<RemoteAgent> {
    if (this.connectError !== undefined) return Promise.reject(this.connectError);
    const ended = new Promise<TidegateError>((resolve) => (this.#lose = resolve));
    this.asked.push(`connect ${pid}`);
    return Promise.resolve({
      ended,
      hello: () => Promise.reject(new Error('greet does that')),
      request: () => Promise.reject(new Error('nobody asks here')),
      close: () => this.lose(),
    });
  }
}

const kinds = (world: World): string[] => world.said.map(({ kind }) => kind);

describe('the link to the agent', () => {
  it('uses the agent that runs', async () => {
    const world = new World();
    await world.link.connected();
    assert.deepEqual(kinds(world), ['connecting', 'connected']);
    assert.deepEqual(world.asked, ['connect 7']);
  });

  it('starts one where there is none, and waits until it can be found', async () => {
    const world = new World();
    world.found = { state: 'none' };
    await world.link.connected();
    assert.deepEqual(world.asked, ['start', 'connect 7']);
  });

  it('meets an agent that runs, and starts none where none does', async () => {
    const world = new World();
    world.found = { state: 'none' };
    await world.link.meet();
    assert.deepEqual([world.link.state.kind, world.asked], ['idle', []]);
    world.found = running();
    await world.link.meet();
    await world.link.connected();
    assert.deepEqual(world.asked, ['connect 7']);
  });

  it('looks for none and starts none before the workspace is trusted, whoever asks', async () => {
    let trusted = false;
    const world = new World({ trusted: () => trusted });
    world.found = { state: 'none' };
    world.link.open();
    await assert.rejects(world.link.connected(), /not trusted/);
    await assert.rejects(world.link.restart(), /not trusted/);
    assert.deepEqual([world.said, world.asked], [[], []]);
    trusted = true;
    await world.link.connected();
    assert.deepEqual(world.asked, ['start', 'connect 7']);
  });

  it('starts one in place of what cannot be used, when it is asked to', async () => {
    const world = new World();
    world.found = { state: 'unusable', why: 'it is not what an agent writes' };
    await assert.rejects(world.link.connected(), /not what an agent writes/);
    await world.link.restart();
    assert.deepEqual(world.asked, ['start', 'connect 7']);
  });

  it('connects again by itself when the agent has gone, saying so once', async () => {
    const world = new World();
    await world.link.connected();
    world.pausing = () => Promise.resolve();
    const again = new Promise<void>((resolve) => {
      world.link.onState(({ kind }) => {
        if (kind === 'connected') resolve();
      });
    });
    world.lose();
    await again;
    assert.deepEqual(kinds(world), ['connecting', 'connected', 'connecting', 'connected']);
    assert.equal(world.logged.filter((line) => line.startsWith('warning')).length, 1);
    world.link.dispose();
  });

  it('tries ever more seldom, and tells an unchanged failure once', async () => {
    const world = new World();
    world.connectError = new Error('nobody there');
    const many = new Promise<void>((resolve) => {
      world.pausing = () => {
        if (world.slept.length >= 8) resolve();
        return world.slept.length >= 8 ? new Promise(() => undefined) : Promise.resolve();
      };
    });
    await assert.rejects(world.link.connected(), /nobody there/);
    await many;
    assert.deepEqual(world.slept.slice(0, 8), [200, 1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]);
    assert.deepEqual(kinds(world), ['connecting', 'failed']);
    assert.equal(world.logged.length, 1);
    world.link.dispose();
  });

  it('tries at once when a person asks', async () => {
    const world = new World();
    world.connectError = new Error('nobody there');
    await assert.rejects(world.link.connected(), /nobody there/);
    world.connectError = undefined;
    await world.link.connected();
    assert.equal(world.link.state.kind, 'connected');
  });

  for (const [what, changes] of [
    ['speaks the previous version of the contract', { protocolVersion: protocolVersion - 1 }],
    ['is of another version', { version: '0.9.0' }],
    ['is another build of this version', { build: 'c' }],
  ] as const)
    it(`does not talk to an agent that ${what}, and says how to go on`, async () => {
      const world = new World();
      world.found = running(changes);
      await assert.rejects(world.link.connected(), /another version.*Restart Agent/);
      assert.equal(world.link.state.kind, 'other-version');
      assert.deepEqual(world.asked, []);
    });

  it('restarts: lets the old one finish, starts its own, and talks to that', async () => {
    const world = new World();
    world.found = running({ version: '0.9.0', pid: 6 });
    await assert.rejects(world.link.connected());
    await world.link.restart();
    assert.deepEqual(world.asked, ['end 6', 'start', 'connect 7']);
    assert.equal(world.link.state.kind, 'connected');
  });

  it('says why when what it finds cannot be trusted', async () => {
    const world = new World();
    world.found = { state: 'unusable', why: 'others can write there' };
    await assert.rejects(world.link.connected(), /others can write there/);
    assert.deepEqual(world.asked, []);
  });
});
