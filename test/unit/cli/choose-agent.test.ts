import assert from 'node:assert/strict';
import { chooseAgent, type Choosing } from '../../../agent/cli/choose-agent.ts';
import { failure } from '../../../agent/common/errors.ts';
import type { AgentEvent } from '../../../agent/protocol/methods.ts';
import type { Discovered, Finding } from '../../../agent/protocol/connection/discovery.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeAgent } from './fake-agent.ts';

const running: Discovered = {
  format: 1,
  pid: 99,
  started: null,
  port: 1,
  token: 't'.repeat(43),
  version: '1.2.3',
  build: 'b1',
  protocolVersion: 1,
};

const dev = { folder: '/p', environment: 'dev' };

/** Whose answer a request gets, what is noted, and with which environment hello was said. */
async function chosen(
  finding: Finding,
  other: Partial<Choosing> = {},
): Promise<{ who: string; notes: string[]; session: unknown }> {
  const answering = (who: string): FakeAgent =>
    new FakeAgent({ releases: () => ({ stack: who, releases: [] }) });
  let session: unknown;
  const remote = Object.assign(answering('running'), {
    hello: (said: unknown) => {
      session = said;
      return Promise.resolve({ protocolVersion: 1, version: '1.2.3', pid: 99 });
    },
    ended: new Promise<never>(() => undefined),
    close: () => undefined,
  });
  const api = await chooseAgent({
    env: {},
    version: '1.2.3',
    build: 'b1',
    discover: () => Promise.resolve(finding),
    connect: () => Promise.resolve(remote),
    start: () => Promise.reject(new Error('the test expects no start')),
    own: () => Promise.resolve(answering('own')),
    clock: new FakeClock(),
    ...other,
  });
  const notes: string[] = [];
  const onEvent = (event: AgentEvent): unknown => event.kind === 'note' && notes.push(event.text);
  const call = { signal: new AbortController().signal, onEvent };
  await api.request('releases', dev, call);
  return { who: (await api.request('releases', dev, call)).stack, notes, session };
}

describe('which agent does the work', () => {
  it('is the one that runs already, and it gets the environment of this shell', async () => {
    const env = { DOCKER_HOST: 'unix:///x', WEB_REPLICAS: '3', LD_PRELOAD: 'x.so' };
    const { who, notes, session } = await chosen({ state: 'running', agent: running }, { env });
    assert.deepEqual([who, notes], ['running', []]);
    assert.deepEqual(session, {
      env: { DOCKER_HOST: 'unix:///x' },
      variables: { WEB_REPLICAS: '3', LD_PRELOAD: 'x.so' },
    });
  });

  it('is this process where none runs, without a word', async () => {
    assert.deepEqual(await chosen({ state: 'none' }), { who: 'own', notes: [], session: undefined });
  });

  it('is this process with TIDEGATE_AGENT=off, whatever runs', async () => {
    const agent = { state: 'running', agent: running } as const;
    assert.equal((await chosen(agent, { env: { TIDEGATE_AGENT: 'off' } })).who, 'own');
  });

  for (const [what, other, text] of [
    ['an older version', { version: '1.0.0' }, /it is version 1\.0\.0, this is 1\.2\.3/],
    ['another build', { build: 'b0' }, /it is another build of 1\.2\.3/],
  ] as const)
    it(`is this process where ${what} runs, and that is said once`, async () => {
      const { who, notes } = await chosen({ state: 'running', agent: { ...running, ...other } });
      assert.equal(who, 'own');
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? '', text);
    });

  it('is this process where the other cannot be reached or trusted, and that is said', async () => {
    const gone = { connect: () => Promise.reject(failure('agent.disconnected', { message: 'gone' })) };
    const { who, notes } = await chosen({ state: 'running', agent: running }, gone);
    assert.deepEqual([who, notes], ['own', ['the running agent is not used: gone']]);
    assert.match((await chosen({ state: 'unusable', why: 'others can write' })).notes[0] ?? '', /others can/);
  });

  it('is one that is started for it with TIDEGATE_AGENT=auto', async () => {
    let started = false;
    const { who } = await chosen(
      { state: 'none' },
      {
        env: { TIDEGATE_AGENT: 'auto' },
        start: () => {
          started = true;
          return Promise.resolve();
        },
        discover: () => Promise.resolve(started ? { state: 'running', agent: running } : { state: 'none' }),
      },
    );
    assert.equal(who, 'running');
  });

  it('refuses a TIDEGATE_AGENT that means nothing', async () => {
    await assert.rejects(chosen({ state: 'none' }, { env: { TIDEGATE_AGENT: 'yes' } }), {
      code: 'usage.invalid',
    });
  });
});
