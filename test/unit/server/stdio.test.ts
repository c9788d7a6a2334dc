import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Duplex, PassThrough, type Readable, type Writable } from 'node:stream';
import { connectStdio, type RemoteAgent } from '../../../agent/protocol/connection/remote.ts';
import { TidegateError } from '../../../agent/common/errors.ts';
import { serveStdio } from '../../../agent/server/stdio.ts';
import { aborted, FakeAgent, rolloutDone } from '../cli/fake-agent.ts';
import type { AgentEvent, Call } from '../../../agent/protocol/methods.ts';
import { protocolVersion } from '../../../agent/protocol/version.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const program = path.join(import.meta.dirname, 'stdio-agent.ts');

const dev = { folder: '/project', environment: 'dev' };

function call(other: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, onEvent: () => undefined, ...other };
}

async function refusal(promise: Promise<unknown>): Promise<TidegateError> {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TidegateError, String(error));
  return error;
}

/** A message as it goes over the pipe. */
function frame(message: unknown): string {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('the agent over standard input and output', function () {
  // Each process compiles its sources first.
  this.timeout(20_000);

  const children: Child[] = [];
  let errors = '';

  function start(): Child {
    const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['pipe', 'pipe', 'pipe'] });
    errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    children.push(child);
    return child;
  }

  async function stopAll(): Promise<void> {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }

  describe('to a client of ours', () => {
    let child: Child;
    let agent: RemoteAgent;

    before(() => {
      child = start();
      agent = connectStdio(child);
    });

    after(stopAll);

    it('says hello with its version and process', async () => {
      assert.deepEqual(await agent.hello(), { protocolVersion, version: '9.8.7', pid: child.pid });
    });

    it('gives back what the method gave', async () => {
      assert.deepEqual(await agent.request('releases', dev, call()), {
        stack: 'dev of /project',
        releases: [],
      });
    });

    it('passes events on, all of them before the answer and to the request they belong to', async () => {
      const events: AgentEvent[][] = [[], []];
      const tails = [3, 200];
      const results = await Promise.all(
        tails.map(async (tail, index) => {
          const onEvent = (event: AgentEvent): unknown => events[index]?.push(event);
          const params = { ...dev, service: `s${index}`, tail, follow: false };
          await agent.request('logs', params, call({ onEvent }));
          return events[index]?.length;
        }),
      );
      assert.deepEqual(results, tails);
      for (const [index, list] of events.entries()) {
        const expected = list.map((_, line) => ({
          kind: 'line',
          source: `s${index}`,
          stream: 'stdout',
          text: `ä ${line}`,
        }));
        assert.deepEqual(list, expected);
      }
    });

    it('passes failures on with code, hint and facts', async () => {
      const error = await refusal(agent.request('promote', dev, call()));
      assert.equal(error.code, 'ledger.busy');
      assert.equal(error.message, 'anna is deploying.');
      assert.equal(error.hint, 'Wait.');
      assert.deepEqual(error.data, { holder: 'anna' });
    });

    it('passes defects on as internal, without their stack', async () => {
      const error = await refusal(agent.request('abort', dev, call()));
      assert.equal(error.code, 'internal');
      assert.equal(error.message, 'boom');
      assert.deepEqual(error.data, {});
    });

    it('cancels what the client cancels, and still answers', async () => {
      const controller = new AbortController();
      const onEvent = (): void => controller.abort();
      const params = { ...dev, ref: 'v1.0.0', hold: false };
      const result = await agent.request('deploy', params, call({ signal: controller.signal, onEvent }));
      assert.equal(result.reason, 'cancelled');
    });

    it('cancels what was cancelled before it was asked', async () => {
      const params = { ...dev, ref: 'v1.0.0', hold: false };
      assert.equal(
        (await agent.request('deploy', params, call({ signal: AbortSignal.abort() }))).reason,
        'cancelled',
      );
    });

    it('refuses parameters it does not take, and says which', async () => {
      const wrong = { folder: '', environment: 'dev', tag: null };
      const error = await refusal(agent.request('rollback', wrong, call()));
      assert.equal(error.code, 'usage.invalid');
      assert.match(error.message, /"rollback".*folder: /);
      const stranger = { ...dev, tga: 'v1' } as unknown as {
        folder: string;
        environment: string;
        tag: string | null;
      };
      assert.match((await refusal(agent.request('rollback', stranger, call()))).message, /tga/);
    });

    it('goes on after a failure', async () => {
      await refusal(agent.request('promote', dev, call()));
      assert.equal((await agent.request('releases', dev, call())).releases.length, 0);
    });
  });

  describe('to a client that goes away, or that it leaves', () => {
    let child: Child;
    let agent: RemoteAgent;

    beforeEach(() => {
      child = start();
      agent = connectStdio(child);
    });

    afterEach(stopAll);

    it('ends when the client closes the connection, and cancels what still runs', async () => {
      let started: (() => void) | undefined;
      const begun = new Promise<void>((resolve) => (started = resolve));
      const running = refusal(
        agent.request('deploy', { ...dev, ref: 'v1.0.0', hold: false }, call({ onEvent: () => started?.() })),
      );
      await begun;
      agent.close();
      assert.equal((await running).code, 'agent.disconnected');
      const [code] = (await once(child, 'exit')) as [number | null];
      assert.equal(code, 0);
      assert.match(errors, /cancelled: deploy/);
    });

    it('that is killed rejects what waits for it', async () => {
      const onEvent = (): unknown => child.kill('SIGKILL');
      const error = await refusal(
        agent.request('deploy', { ...dev, ref: 'v1', hold: false }, call({ onEvent })),
      );
      assert.equal(error.code, 'agent.disconnected');
      assert.equal((await refusal(agent.request('releases', dev, call()))).code, 'agent.disconnected');
    });
  });

  it('ends at once where there is no client: standard input is /dev/null', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends with an error, and nothing on standard output, after a line that is no message', async () => {
    const child = start();
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.write('ls -l\n\r\n\r\n');
    const [code] = (await once(child, 'close')) as [number | null];
    await stopAll();
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(errors, /^usage\.invalid What came in on the connection is not JSON-RPC/);
  });
});

describe('the agent on a connection, to somebody else', () => {
  const agent = new FakeAgent({
    logs: ({ tail }) => ({ lines: tail }),
    releases: () => ({ stack: 's', releases: [] }),
    deploy: async (_params, { signal }) => {
      await aborted(signal);
      return rolloutDone;
    },
  });

  function serve(): { client: Duplex; served: Promise<void>; stop: AbortController } {
    const [client, server] = duplexPair();
    const stop = new AbortController();
    const served = serveStdio(agent, {
      input: server,
      output: server,
      version: '1',
      pid: 1,
      signal: stop.signal,
    });
    return { client, served, stop };
  }

  /** The one answer to messages that come in one piece, as it came over the wire. */
  async function answerTo(...messages: unknown[]): Promise<Record<string, unknown>> {
    const { client, served, stop } = serve();
    client.write(messages.map(frame).join(''));
    let read = '';
    while (!/\r\n\r\n.*\}$/s.test(read)) read += String(((await once(client, 'data')) as [Buffer])[0]);
    stop.abort();
    await served;
    return JSON.parse(read.slice(read.indexOf('\r\n\r\n'))) as Record<string, unknown>;
  }

  const numberOf = (answer: Record<string, unknown>): number => (answer.error as { code: number }).code;

  it('answers a plain JSON-RPC request, without events where no token came', async () => {
    const params = { ...dev, service: null, tail: 3, follow: false };
    const answer = await answerTo({ jsonrpc: '2.0', id: 7, method: 'logs', params });
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 7, result: { lines: 3 } });
  });

  it('cancels a request whose cancellation came right behind it', async () => {
    const params = { ...dev, ref: 'v1', hold: false };
    const answer = await answerTo(
      { jsonrpc: '2.0', id: 7, method: 'deploy', params },
      { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 7 } },
    );
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 7, result: rolloutDone });
  });

  it('tells an unknown method by the number of JSON-RPC and by name', async () => {
    const answer = await answerTo({ jsonrpc: '2.0', id: 'x', method: 'constructor' });
    const error = answer.error as { data: { code: string; hint: string } };
    assert.equal(numberOf(answer), -32601);
    assert.equal(error.data.code, 'usage.invalid');
    assert.match(error.data.hint, /hello, setup, deploy/);
  });

  for (const method of ['hello', 'releases']) {
    for (const params of [undefined, [], ['dev'], {}, { ...dev, eventToken: {} }]) {
      it(`tells wrong parameters of ${method} (${JSON.stringify(params)}) by the number of JSON-RPC`, async () => {
        assert.equal(numberOf(await answerTo({ jsonrpc: '2.0', id: 1, method, params })), -32602);
      });
    }
  }

  for (const [name, text] of [
    ['a line that is no header', 'ls -l\n\r\n\r\n'],
    ['a frame that holds no JSON', 'Content-Length: 3\r\n\r\n{x}'],
    ['a frame without a length', 'Content-Type: x\r\n\r\n{}'],
  ] as const) {
    it(`ends with usage.invalid after ${name}`, async () => {
      const { client, served } = serve();
      client.write(text);
      assert.equal((await refusal(served)).code, 'usage.invalid');
    });
  }

  it('goes on after JSON that is no message', async () => {
    const { client, served, stop } = serve();
    client.write(frame({ foo: 1 }) + frame([]) + frame({ jsonrpc: '2.0', method: 'unknown-notification' }));
    client.write(frame({ jsonrpc: '2.0', id: 1, method: 'hello', params: { protocolVersion } }));
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.match(String(answer), /Content-Length/);
    stop.abort();
    await served;
  });
});

/** Two ends of one connection in memory. */
function duplexPair(): [Duplex, Duplex] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  return [Duplex.from({ readable: back, writable: there }), Duplex.from({ readable: there, writable: back })];
}
