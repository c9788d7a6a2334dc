import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { openStore, parseReply } from '../src/store.js';

const reply = (text) => parseReply(Buffer.from(text), 0);

test('replies of every kind are read', () => {
  assert.deepEqual(reply('+OK\r\n'), { value: 'OK', end: 5 });
  assert.deepEqual(reply(':12\r\n').value, 12);
  assert.deepEqual(reply('$3\r\nä!\r\n').value, 'ä!');
  assert.deepEqual(reply('*2\r\n$1\r\na\r\n$-1\r\n').value, ['a', null]);
  assert.equal(reply('-ERR no\r\n').value.message, 'ERR no');
});

test('a reply is waited for until it is all there', () => {
  const whole = '*2\r\n$3\r\nabc\r\n:1\r\n';
  for (let length = 0; length < whole.length; length++)
    assert.equal(reply(whole.slice(0, length)), undefined);
  assert.deepEqual(reply(whole), { value: ['abc', 1], end: whole.length });
});

test('a lost connection fails what waits, and the next command connects again', async () => {
  let visits = 0;
  const server = createServer((socket) => {
    const first = visits++ === 0;
    socket.on('data', () => (first ? socket.destroy() : socket.write(':7\r\n')));
    socket.on('error', () => undefined);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store = openStore(new URL(`redis://127.0.0.1:${server.address().port}`));
  after(() => {
    store.close();
    server.close();
  });
  await assert.rejects(store('LLEN', 'orders'), /the store/);
  assert.equal(await store('LLEN', 'orders'), 7);
});
