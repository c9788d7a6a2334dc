import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { ask } from '../../../support/ask.ts';
import { FakeAgent } from '../../cli/fake-agent.ts';
import { served, token, type Served } from './server.ts';

describe('the door of the agent', () => {
  let there: Served;
  before(async () => (there = await served(new FakeAgent({}), { clients: 1 })));
  after(() => there.stop());

  /** How a WebSocket with these headers is answered; `open` when it is let in. */
  function knocking(headers: Record<string, string>, path = '/'): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${there.server.port}${path}`, { headers });
      socket.on('open', () => {
        socket.close();
        resolve({ status: 101, text: '' });
      });
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      socket.on('error', reject);
    });
  }

  const authorization = `Bearer ${token}`;

  it('opens to who has the token', async () => {
    assert.equal((await knocking({ authorization })).status, 101);
  });

  for (const [who, headers, status, text] of [
    ['a web page, even with the token', { authorization, origin: 'http://127.0.0.1:1234' }, 403, /web pages/],
    ['a page of nowhere', { authorization, origin: 'null' }, 403, /web pages/],
    ['a rebound name', { authorization, host: 'evil.example:80' }, 421, /Host 127\.0\.0\.1/],
    ['another name of this machine', { authorization, host: 'localhost' }, 421, /Host/],
    ['somebody without a token', {}, 401, /token is missing/],
    ['a wrong token', { authorization: `Bearer ${'T'.repeat(42)}U` }, 401, /token is wrong/],
    ['a token that is too short', { authorization: 'Bearer T' }, 401, /token is wrong/],
    ['another scheme', { authorization: `Basic ${token}` }, 401, /token is missing/],
  ] as const) {
    it(`stays closed to ${who}, and says why`, async () => {
      const answer = await knocking(headers);
      assert.equal(answer.status, status);
      assert.match(answer.text, text);
    });
  }

  it('has nothing but one address', async () => {
    assert.equal((await knocking({ authorization }, '/../etc')).status, 404);
  });

  it('tells a plain request what it speaks, once it has the token', async () => {
    const url = `http://127.0.0.1:${there.server.port}/`;
    assert.equal((await ask({ url })).status, 401);
    assert.equal((await ask({ url, headers: { authorization } })).status, 426);
    assert.equal((await ask({ url, headers: { authorization, host: 'evil.example' } })).status, 421);
    assert.equal((await ask({ url, method: 'POST', headers: { authorization } })).status, 404);
  });

  it('lets only so many in at once', async () => {
    const first = await there.client();
    assert.equal((await knocking({ authorization })).status, 503);
    first.close();
  });
});
