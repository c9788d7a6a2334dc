import { connect } from 'node:net';

const longestWaitMs = 2_000;

/** A client of Redis, as much as the shop needs: `await store('LLEN', 'orders')`. Connects again when it was cut off. */
export function openStore({ hostname, port }) {
  let connection;

  function open() {
    const socket = connect({ host: hostname, port: Number(port || 6379) });
    const waiting = [];
    let received = Buffer.alloc(0);
    const end = (error) => {
      if (connection?.socket === socket) connection = undefined;
      socket.destroy();
      for (const { reject } of waiting.splice(0)) reject(error);
    };
    socket.setTimeout(longestWaitMs, () => waiting.length > 0 && end(new Error('the store does not answer')));
    socket.on('error', (error) => end(new Error(`the store cannot be reached: ${error.message}`)));
    socket.on('close', () => end(new Error('the store closed the connection')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let reply; (reply = parseReply(received, 0));) {
        received = received.subarray(reply.end);
        const { resolve, reject } = waiting.shift();
        if (reply.value instanceof Error) reject(reply.value);
        else resolve(reply.value);
      }
    });
    return { socket, waiting };
  }

  const store = (...words) =>
    new Promise((resolve, reject) => {
      connection ??= open();
      connection.waiting.push({ resolve, reject });
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      connection.socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
  store.close = () => connection?.socket.destroy();
  return store;
}

/** One reply of the protocol RESP; `undefined` while it is not all there. */
export function parseReply(buffer, start) {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const kind = String.fromCharCode(buffer[start]);
  const line = buffer.toString('utf8', start + 1, lineEnd);
  const next = lineEnd + 2;
  if (kind === '+') return { value: line, end: next };
  if (kind === '-') return { value: new Error(line), end: next };
  if (kind === ':') return { value: Number(line), end: next };
  const length = Number(line);
  if (length < 0) return { value: null, end: next };
  if (kind === '$') {
    const end = next + length;
    return buffer.length < end + 2 ? undefined : { value: buffer.toString('utf8', next, end), end: end + 2 };
  }
  const value = [];
  let end = next;
  while (value.length < length) {
    const item = parseReply(buffer, end);
    if (!item) return undefined;
    value.push(item.value);
    end = item.end;
  }
  return { value, end };
}
