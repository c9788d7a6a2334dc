import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

const at = (second: number): string => `2026-01-02T03:04:0${second}.000000009Z`;

function frame(second: number): Buffer {
  const payload = Buffer.from(`${at(second)} com.docker.swarm.task.id=t line ${second}\n`);
  const header = Buffer.alloc(8);
  header.writeUInt8(1, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

describe('following a log', () => {
  let engine: FakeEngine;
  let gone: boolean;
  let queries: URLSearchParams[];
  let onStream: (response: ServerResponse) => void;

  beforeEach(async () => {
    engine = new FakeEngine();
    gone = false;
    queries = [];
    engine.answer = (request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (gone) sendJson(response, 404, { message: 'service s not found' });
      else if (url.pathname === '/services/s') sendJson(response, 200, { ID: 's' });
      else {
        queries.push(url.searchParams);
        response.writeHead(200).flushHeaders();
        onStream(response);
      }
    };
    await engine.start();
  });

  afterEach(() => engine.dispose());

  it('goes on after a lost connection where it was, telling no line twice', async () => {
    const texts: string[] = [];
    onStream = (response) => {
      if (queries.length === 1) {
        response.write(Buffer.concat([frame(1), frame(2)]));
        setTimeout(() => response.socket?.destroy(), 30);
      } else {
        response.write(Buffer.concat([frame(2), frame(3)]));
        gone = true;
      }
    };
    const never = new AbortController().signal;
    await openSwarm(engine.open).services.follow('s', { tail: 5, signal: never }, (line) =>
      texts.push(line.text),
    );
    assert.deepEqual(texts, ['line 1', 'line 2', 'line 3']);
    assert.deepEqual(
      queries.map((query) => [query.get('tail'), query.get('since'), query.get('follow')]),
      [
        ['5', null, 'true'],
        ['all', `${Date.parse('2026-01-02T03:04:02Z') / 1000}.000000009`, 'true'],
      ],
    );
  });

  it('ends for a service that is not there', async () => {
    gone = true;
    const never = new AbortController().signal;
    await openSwarm(engine.open).services.follow('s', { tail: 5, signal: never }, () => assert.fail());
  });

  it('ends when the engine is closed', async () => {
    onStream = () => engine.open.close();
    const never = new AbortController().signal;
    await openSwarm(engine.open).services.follow('s', { tail: 5, signal: never }, () => assert.fail());
  });

  it('throws what the engine says when the log cannot be read', async () => {
    engine.answer = (request, response) =>
      sendJson(response, request.url === '/services/s' ? 200 : 500, { message: 'no log driver' });
    const never = new AbortController().signal;
    const following = openSwarm(engine.open).services.follow('s', { tail: 5, signal: never }, () =>
      assert.fail(),
    );
    await assert.rejects(following, { code: 'engine.failed', message: /no log driver/ });
  });

  it('returns what there is when the rest of a log does not come', async () => {
    onStream = (response) => response.write(Buffer.concat([frame(2), frame(1)]));
    const lines = await openSwarm(engine.open).services.logs('s', { tail: 5 });
    assert.deepEqual(
      lines.map((line) => line.text),
      ['line 1', 'line 2'],
    );
  }).timeout(10_000);
});
