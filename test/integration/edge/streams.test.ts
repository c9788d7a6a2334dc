import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { eventually } from '../../support/eventually.ts';

describe('long-lived streams through an edge', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  const host = 'shop.test';
  const open: { destroy(): void }[] = [];

  before(async () => {
    env = await startEdgeEnvironment();
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
    await env.place({ service: 'web', colour: 'green', version: 'v2', replicas: 1 });
    await env.acknowledged({ healthy: { 'web-blue': 1, 'web-green': 1 } });
    await env.route('web', 'blue');
    await env.acknowledged();
  });
  after(async () => {
    for (const one of open) one.destroy();
    await env.down();
  });

  const report = async () => {
    const { id } = await env.edgeTask();
    const ack = (await env.ledger.acks.read()).acks[id];
    assert.ok(ack, 'ack');
    return ack;
  };
  const cut = (slots: readonly string[]) =>
    env.ledger.routes.change((routes) => ({
      ...routes,
      cuts: Object.fromEntries(slots.map((slot) => [slot, 'r-1'])),
    }));

  it('work: a WebSocket echoes, an event stream flows', async () => {
    const socket = await webSocket();
    assert.match(await socket.said(), /x-shop-version: v1/);
    socket.say('hello');
    await eventually(async () => assert.match(await socket.said(), /hello$/));
    const events = await eventStream();
    await eventually(() => assert.match(events.text(), /data: v1\n\ndata: v1/));
  });

  it('survive a swap and a reload, and are counted until they are gone', async () => {
    await env.route('web', 'green');
    await env.acknowledged();
    await eventually(async () => assert.equal((await report()).slots['web-blue']?.sessions, 2));
    await env.place({ service: 'other', colour: 'blue', version: 'v1', replicas: 1, hosts: ['other.test'] });
    await env.acknowledged({ healthy: { 'other-blue': 1 } });
    await eventually(async () => assert.equal((await report()).slots['web-blue']?.sessions, 2));
    assert.match(
      (await env.missing({ idle: ['web-blue'] }))[0]?.why ?? '',
      /2 requests are still open in web-blue/,
    );
    assert.ok(!streams.some((stream) => stream.closed()), '!streams.some((stream) => stream.closed())');
  });

  it('are closed in every worker when their slot is cut, and counted once; others stay', async () => {
    const other = await eventStream();
    await cut(['web-blue']);
    await env.acknowledged({ idle: ['web-blue'] });
    await eventually(() =>
      assert.deepEqual(
        streams.map((stream) => stream.closed()),
        [true, true, false],
      ),
    );
    await eventually(async () => assert.equal((await report()).slots['web-blue']?.closed, 2));
    const seen = other.text().length;
    await eventually(() => assert.ok(other.text().length > seen, 'other.text().length > seen'));
    await env.place({ service: 'third', colour: 'blue', version: 'v1', replicas: 1, hosts: ['third.test'] });
    await env.acknowledged({ healthy: { 'third-blue': 1 } });
    assert.equal((await report()).slots['web-blue']?.closed, 2, 'still, after a reload');
    await cut([]);
    await env.acknowledged();
    assert.equal((await report()).slots['web-blue']?.closed, 0);
  });

  it('leave their slot idle when their client goes', async () => {
    for (const one of open) one.destroy();
    await env.route('web', 'blue');
    await env.acknowledged({ idle: ['web-green'] });
  });

  const streams: { closed(): boolean }[] = [];

  async function webSocket(): Promise<{ say(text: string): void; said(): Promise<string> }> {
    const socket: Socket = connect(env.port, '127.0.0.1');
    let text = '';
    let closed = false;
    socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    socket.on('close', () => (closed = true));
    socket.on('error', () => undefined);
    socket.write(
      `GET /chat HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    open.push(socket);
    streams.push({ closed: () => closed });
    await eventually(() => assert.match(text, /101 Switching Protocols[\s\S]*\r\n\r\n/));
    return { say: (words) => socket.write(words), said: () => Promise.resolve(text) };
  }

  async function eventStream(): Promise<{ text(): string }> {
    let text = '';
    let closed = false;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(
        `${env.url}/events`,
        { headers: { host, accept: 'text/event-stream' }, agent: false },
        resolve,
      );
      asked.on('error', reject);
      asked.end();
      open.push(asked);
    });
    response.on('data', (bytes: Buffer) => (text += bytes.toString()));
    response.on('close', () => (closed = true));
    response.on('error', () => undefined);
    streams.push({ closed: () => closed });
    return { text: () => text };
  }
});
