import assert from 'node:assert/strict';
import { failure } from '../../../agent/protocol/errors.ts';
import type { FlagServerName } from '../../../agent/protocol/flag-server.ts';
import type { AgentApi, FlagsResult, FlagStatus } from '../../../agent/protocol/methods.ts';
import { flagsTree } from '../../../extension/model/flags-tree.ts';
import type { EnvironmentState, Trouble } from '../../../extension/model/state.ts';
import { followServerFlags } from '../../../extension/project/server-flags.ts';
import { Store } from '../../../extension/project/store.ts';
import { environment, project } from './samples.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const flagServer: FlagServerName = {
  ...{ kind: 'unleash', url: 'https://unleash.example', project: 'default', environment: 'development' },
};

function flag(change: Partial<FlagStatus> = {}): FlagStatus {
  return {
    ...{ key: 'checkout', value: true, state: 'on', share: 25, defined: true, default: null, owner: null },
    ...{ description: null, kind: null, expires: null, type: 'boolean', variants: ['on', 'off'] },
    ...{ conditions: 0, by: null, at: null },
    server: { lastSeen: null, stale: false, strategies: ['flexibleRollout'], segments: [] },
    ...change,
  };
}

const listed = (...flags: readonly FlagStatus[]): FlagsResult => ({
  ...{ environment: 'dev', stack: 'shop-dev', release: null, server: flagServer, flags },
});

function remote(change: Partial<EnvironmentState> = {}): EnvironmentState {
  const state = environment({ flags: listed(flag()), ...change });
  return { ...state, facts: { ...state.facts, flagServer } };
}

const rows = (state: EnvironmentState): readonly string[] =>
  flagsTree([project(state)], now).flatMap(({ label, description, children }) => [
    `${label}: ${description}`,
    ...children.map((child) => `  ${child.label}: ${child.description} [${child.kinds.join(' ')}]`),
  ]);

describe('the rows of flags that another server holds', () => {
  it('say where they are, when SDKs asked last, and what is stale', () => {
    const seen = (lastSeen: string | null, stale = false) =>
      rows(remote({ flags: listed(flag({ server: { ...held, lastSeen, stale } })) }))[1];
    const held = { lastSeen: null, stale: false, strategies: [], segments: [] };
    const head = '  dev: on for 25 %, at unleash.example, ';
    assert.equal(seen(null), `${head}never seen [flagState on known remote]`);
    assert.equal(
      seen('2026-03-01T11:59:50.000Z', true),
      `${head}seen just now, stale [flagState on known remote stale]`,
    );
    assert.equal(seen('2026-03-01T11:57:00.000Z'), `${head}seen 3 min ago [flagState on known remote]`);
    assert.equal(seen('2026-03-01T07:00:00.000Z'), `${head}seen 5 h ago [flagState on known remote]`);
    assert.equal(seen('2026-02-20T12:00:00.000Z'), `${head}seen 9 days ago [flagState on known remote]`);
  });

  it('stay as they were seen last while the server cannot be read, below a row that says why', () => {
    const trouble: Trouble = { code: 'flags.unreachable', message: 'It is away.', hint: 'Wait.' };
    assert.deepEqual(rows(remote({ serverTrouble: trouble })).slice(0, 2), [
      'dev: unleash.example does not answer',
      'checkout: on for 25 %',
    ]);
  });

  it('show a switch that is under way as it will be', () => {
    const expected = new Map([['checkout', { on: false, share: undefined }]]);
    assert.deepEqual(rows(remote({ expected })), [
      'checkout: off',
      '  dev: off, switching… [flagState off known remote]',
    ]);
  });
});

describe('switches that are not answered yet', () => {
  it('end by themselves, also when the same flag is switched again meanwhile', () => {
    const store = new Store({ agent: () => undefined, clock: never, log: () => undefined });
    store.setFolders(['/shop']);
    Object.assign(store.state.projects?.[0] ?? {}, project(remote()));
    const about = { folder: '/shop', environment: 'dev' };
    const wanted = () => store.environment('/shop', 'dev')?.expected?.get('checkout')?.on;
    const first = store.expectFlag(about, 'checkout', { on: false, share: undefined });
    const second = store.expectFlag(about, 'checkout', { on: true, share: 50 });
    first.end();
    assert.equal(wanted(), true);
    second.end();
    assert.equal(wanted(), undefined);
  });
});

const never = { monotonic: () => 0, now: () => 0, sleep: () => new Promise<void>(() => undefined) };

describe('following a flag server', () => {
  it('asks again and again, more seldom while it refuses, and as late as it says', async () => {
    const slept: number[] = [];
    const stop = new AbortController();
    const told: string[] = [];
    const answers = [
      () => listed(flag()),
      () => refuse('flags.unreachable'),
      () => refuse('flags.unreachable'),
      () => refuse('flags.too-many-requests', { retryAfterSeconds: 300 }),
      () => listed(flag()),
    ];
    const refuse = (code: 'flags.unreachable' | 'flags.too-many-requests', data = {}): never => {
      throw failure(code, { message: 'no', hint: 'wait', data });
    };
    const api = { request: () => Promise.resolve().then(() => answers.shift()?.()) } as unknown as AgentApi;
    await followServerFlags(api, {
      ...{ folder: '/shop', environment: 'dev', signal: stop.signal },
      clock: {
        ...never,
        sleep: (ms) => {
          slept.push(ms / 1_000);
          if (answers.length === 0) stop.abort();
          return Promise.resolve();
        },
      },
      onFlags: ({ flags }) => told.push(`${flags.length} flags`),
      onTrouble: ({ code }) => told.push(code),
    });
    assert.deepEqual(slept, [15, 15, 30, 300, 15]);
    assert.deepEqual(told, [
      ...['1 flags', 'flags.unreachable', 'flags.unreachable', 'flags.too-many-requests', '1 flags'],
    ]);
  });

  it('ends with the connection to the agent', async () => {
    const api = {
      request: () => Promise.reject(failure('agent.disconnected', { message: 'gone', hint: 'x' })),
    } as unknown as AgentApi;
    const fail = (): void => assert.fail('nothing is told of it');
    await followServerFlags(api, {
      ...{ folder: '/shop', environment: 'dev', signal: new AbortController().signal, clock: never },
      ...{ onFlags: fail, onTrouble: fail },
    });
  });
});
