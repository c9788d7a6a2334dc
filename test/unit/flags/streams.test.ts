import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { openStreams, type Streams } from '../../../agent/flags/serving/streams.ts';
import { eventually } from '../../support/eventually.ts';
import { openStreamClients } from '../../support/flag-clients.ts';
import { flag, live, openFlagsEnvironment } from './environment.ts';

describe('streams of changes to many', () => {
  it('tell hundreds of clients of each switch, and forget those that leave', async () => {
    const env = await openFlagsEnvironment();
    try {
      await env.routes(live(await env.release([flag('a')])));
      const { ports } = await env.control('t1');
      const clients = await openStreamClients(ports.http, 500);
      const listening = async (): Promise<number> =>
        (await env.ask('flags.counts', { key: null })).streams.ofrep;
      assert.equal(await listening(), 500);
      for (const on of [true, false]) {
        await env.ask('flags.set', { key: 'a', on });
        await clients.told(on ? 2 : 3);
      }
      assert.equal(clients.connected(), 500);
      clients.close();
      await eventually(async () => assert.equal(await listening(), 0));
    } finally {
      await env.close();
    }
  });
});

describe('a client that does not read what it is sent', () => {
  let server: Server;
  let streams: Streams;
  const answers: ServerResponse[] = [];
  const text = 'x'.repeat(256 * 1024);

  beforeEach(async () => {
    streams = openStreams();
    answers.length = 0;
    server = createServer((request, response) => {
      request.resume();
      answers.push(response);
      streams.add(response, 'first');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    streams.close();
    server.closeAllConnections();
    server.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'readable');
    return socket;
  }

  it('is cut off with bounded memory held for it, and nobody else is', async () => {
    const [slow, quick] = [await client(), await client()];
    let heard = 0;
    quick.on('data', (bytes: Buffer) => (heard += bytes.length));
    let most = 0;
    let sent = 0;
    while (streams.size() === 2 && sent < 400) {
      streams.send(text);
      sent += 1;
      most = Math.max(most, ...answers.map(({ writableLength }) => writableLength));
      const wanted = sent * text.length;
      await eventually(() => assert.ok(heard >= wanted, `${heard} of ${wanted} bytes`));
    }
    assert.equal(streams.size(), 1, `${sent} events were sent`);
    assert.ok(most < 5 * 1024 * 1024, `${most} bytes were held back for one client`);
    streams.send('the last');
    await eventually(() => assert.ok(heard > sent * text.length, 'the other one goes on'));
    assert.equal(quick.destroyed, false);
    slow.destroy();
  });
});
