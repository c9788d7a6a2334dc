import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { TidegateError } from '../../../../agent/common/errors.ts';
import type { AgentEvent } from '../../../../agent/protocol/methods.ts';
import { eventually } from '../../../support/eventually.ts';
import { aborted, FakeAgent, rolloutDone } from '../../cli/fake-agent.ts';
import { call, dev, served, token, type Served } from './server.ts';

const deployParams = { ...dev, ref: 'v1', hold: false };

async function refusal(promise: Promise<unknown>): Promise<TidegateError> {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TidegateError, String(error));
  return error;
}

describe('the agent on a WebSocket', () => {
  let finish: () => void = () => undefined;
  const state = { deploys: 0, ended: [] as string[] };
  const agent = new FakeAgent({
    releases: ({ environment }) => ({ stack: environment, releases: [] }),
    deploy: async (_params, { signal, onEvent }) => {
      state.deploys += 1;
      onEvent({ kind: 'phase', rollout: 'r1', phase: 'building', detail: '' });
      await Promise.race([new Promise<void>((resolve) => (finish = resolve)), aborted(signal)]);
      state.ended.push(signal.aborted ? 'cancelled' : 'done');
      return signal.aborted ? { ...rolloutDone, outcome: 'reverted', reason: 'cancelled' } : rolloutDone;
    },
    logs: async ({ tail, follow }, { signal, onEvent }) => {
      const text = 'x'.repeat(1_000);
      for (let line = 0; line < tail; line++) onEvent({ kind: 'line', source: 's', stream: 'stdout', text });
      if (follow) await aborted(signal);
      if (follow) state.ended.push('logs cancelled');
      return { lines: tail };
    },
  });

  let there: Served;
  beforeEach(() => (state.ended = []));
  afterEach(() => there.stop());

  /** A client that sends what it likes. */
  async function raw(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${there.server.port}/`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    return socket;
  }

  async function stillWorks(): Promise<void> {
    const client = await there.client();
    assert.deepEqual(await client.request('releases', dev, call()), { stack: 'dev', releases: [] });
    client.close();
  }

  it('answers several clients, events to the request they belong to', async () => {
    there = await served(agent);
    const clients = await Promise.all([there.client(), there.client()]);
    const counts = await Promise.all(
      clients.map(async (client, index) => {
        let lines = 0;
        const params = { ...dev, service: null, tail: 10 + index, follow: false };
        await client.request('logs', params, call({ onEvent: () => (lines += 1) }));
        return lines;
      }),
    );
    assert.deepEqual(counts, [10, 11]);
  });

  it('takes no request before the hello', async () => {
    there = await served(agent);
    const socket = await raw();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'releases', params: dev }));
    const [data] = (await once(socket, 'message')) as [Buffer];
    const { error } = JSON.parse(data.toString()) as { error: { message: string } };
    assert.match(error.message, /came before "hello"/);
  });

  it('takes one hello a connection: its environment stays', async () => {
    there = await served(agent);
    const client = await there.client({ env: { DOCKER_HOST: 'unix:///a' } });
    const error = await refusal(client.hello({ env: { DOCKER_HOST: 'unix:///b' } }));
    assert.match(error.message, /said already/);
    assert.equal(there.hellos.length, 1);
  });

  it('closes the connection of who says nothing', async () => {
    there = await served(agent, { helloMs: 20 });
    const [code, reason] = (await once(await raw(), 'close')) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [4002, 'no hello']);
  });

  it("takes the session's environment from the hello, and nothing that is not allowed there", async () => {
    there = await served(agent);
    const env = { DOCKER_HOST: 'unix:///x.sock', TIDEGATE_X: '1' };
    await there.client({ env, variables: { LD_PRELOAD: 'fine here' } });
    assert.deepEqual(there.hellos[0]?.env, env);
    const error = await refusal(there.client({ env: { LD_PRELOAD: 'evil.so', NODE_OPTIONS: 'x' } }));
    assert.equal(error.code, 'usage.invalid');
    assert.match(error.message, /LD_PRELOAD, NODE_OPTIONS/);
  });

  it('cancels what the client cancels', async () => {
    there = await served(agent);
    const controller = new AbortController();
    const result = await (
      await there.client()
    ).request('deploy', deployParams, call({ signal: controller.signal, onEvent: () => controller.abort() }));
    assert.equal(result.reason, 'cancelled');
  });

  it('finishes a deploy whose client has gone, and cancels what it only read', async () => {
    there = await served(agent);
    const client = await there.client();
    const running = new Promise<void>((resolve) => {
      void refusal(client.request('deploy', deployParams, call({ onEvent: () => resolve() })));
    });
    const reading = new Promise<void>((resolve) => {
      const params = { ...dev, service: null, tail: 1, follow: true };
      void refusal(client.request('logs', params, call({ onEvent: () => resolve() })));
    });
    await Promise.all([running, reading]);
    client.close();
    await eventually(() => assert.deepEqual(state.ended, ['logs cancelled']));
    assert.equal(there.released(), 0);
    finish();
    await eventually(() => assert.deepEqual(state.ended, ['logs cancelled', 'done']));
    await eventually(() => assert.equal(there.released(), 1));
  });

  it('lets a deploy end before it stops, with its answer, and takes nothing new meanwhile', async () => {
    there = await served(agent);
    const client = await there.client();
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const deploying = client.request('deploy', deployParams, call({ onEvent: () => begun() }));
    await started;
    there.server.stop();
    await assert.rejects(client.request('releases', dev, call()), { code: 'agent.disconnected' });
    await assert.rejects(there.client(), { code: 'agent.disconnected' });
    finish();
    assert.deepEqual(await deploying, rolloutDone);
    assert.equal(await there.server.ended, 'stopped');
  });

  it('ends when nobody has used it for a while, and not before', async () => {
    there = await served(agent, { heartbeatMs: 10, idleMs: 60 });
    const client = await there.client();
    let ended = false;
    void there.server.ended.then(() => (ended = true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(ended, false);
    client.close();
    assert.equal(await there.server.ended, 'idle');
  });

  it('drops a client that stops reading, says why, and is not slowed by it', async () => {
    there = await served(agent, { queueBytes: 100_000 });
    const slow = await raw();
    const closed = once(slow, 'close') as Promise<[number, Buffer]>;
    slow.send(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'hello', params: { protocolVersion: 1 } }));
    await once(slow, 'message');
    slow.pause();
    // More than what the kernel's buffers take.
    const params = { ...dev, service: null, tail: 20_000, follow: false, eventToken: 1 };
    slow.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'logs', params }));
    await stillWorks();
    slow.resume();
    const [code, reason] = await closed;
    assert.equal(code, 4001);
    assert.match(reason.toString(), /^too slow: \d+ bytes/);
  });

  it('drops a client that answers no ping', async () => {
    there = await served(agent, { heartbeatMs: 30 });
    const dead = await raw();
    dead.pause();
    const stalled = Promise.race([once(dead, 'close'), new Promise((resolve) => setTimeout(resolve, 300))]);
    await stalled;
    dead.resume();
    if (dead.readyState !== WebSocket.CLOSED) await once(dead, 'close');
    await stillWorks();
  });

  it('closes the connection of a message of 100 MB, not the agent', async () => {
    there = await served(agent);
    const socket = await raw();
    const closed = once(socket, 'close') as Promise<[number]>;
    socket.send(Buffer.alloc(100_000_000, 32), { binary: false });
    const [code] = await closed;
    // 1006: the agent does not read on to the end of it, which may cut the connection before its reason arrives.
    assert.ok(code === 1009 || code === 1006, `closed with ${code}`);
    await stillWorks();
  });

  for (const text of ['', 'ls -l', '[]', '{}', 'null', '{"jsonrpc":"1.0","id":1,"method":"hello"}'])
    it(`closes the connection of who sends ${JSON.stringify(text)}`, async () => {
      there = await served(agent);
      const socket = await raw();
      socket.send(text);
      const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
      assert.deepEqual([code, reason.toString()], [1007, 'not JSON-RPC 2.0']);
    });

  it('survives whatever messages a client that has the token sends', async function () {
    this.timeout(20_000);
    there = await served(agent);
    const part = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record(
        {
          jsonrpc: fc.constantFrom('2.0', '1.0', 2),
          id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.jsonValue({ maxDepth: 1 })),
          method: fc.oneof(
            fc.constantFrom('hello', 'releases', '$/cancelRequest', '$/progress', '$/setTrace', 'toString'),
            fc.string(),
            fc.integer(),
          ),
          params: fc.oneof(
            fc.jsonValue({ maxDepth: 3 }),
            fc.constant(dev),
            fc.constant({ protocolVersion: 1, env: { A: 'b' } }),
            fc.constant({ id: 1 }),
          ),
          result: fc.jsonValue({ maxDepth: 1 }),
          error: fc.jsonValue({ maxDepth: 1 }),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 10 }), async (messages) => {
        const socket = await raw();
        for (const message of messages) socket.send(JSON.stringify(message));
        socket.close();
        if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
      }),
      { numRuns: 100 },
    );
    await stillWorks();
  });

  it('survives messages nested more deeply than a stack', async () => {
    there = await served(agent);
    const socket = await raw();
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const body of [
      `{"jsonrpc":"2.0","id":1,"method":"hello","params":${deep}}`,
      `{"jsonrpc":"2.0","id":2,"method":"releases","params":{"folder":${deep},"eventToken":${deep}}}`,
      `{"jsonrpc":"2.0","foo":${deep}}`,
    ])
      socket.send(body);
    socket.close();
    await once(socket, 'close');
    await stillWorks();
  });

  it('survives bytes that are no frames', async function () {
    this.timeout(20_000);
    there = await served(agent);
    const upgrade = [
      'GET / HTTP/1.1',
      `Host: 127.0.0.1:${there.server.port}`,
      `Authorization: Bearer ${token}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, greeted) => {
        const socket = connect(there.server.port, '127.0.0.1');
        socket.on('error', () => undefined);
        const closed = once(socket, 'close');
        socket.resume();
        socket.end(Buffer.concat([Buffer.from(greeted ? upgrade : ''), bytes]));
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))]);
        socket.destroy();
      }),
      { numRuns: 100 },
    );
    await stillWorks();
  });

  it('passes events on in the order they came', async () => {
    there = await served(agent);
    const seen: AgentEvent[] = [];
    const params = { ...dev, service: null, tail: 300, follow: false };
    const client = await there.client();
    await client.request('logs', params, call({ onEvent: (event) => seen.push(event) }));
    assert.equal(seen.length, 300);
  });
});
