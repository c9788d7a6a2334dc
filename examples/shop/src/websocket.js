// A WebSocket (RFC 6455) that sends back what it gets: whole text and binary messages up to 64 KB, ping and close.
import { createHash } from 'node:crypto';

const handshakeSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** Answers the handshake and echoes from then on. Returns a function that says goodbye (1001, going away). */
export function echo(request, socket, headers) {
  const accept = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + handshakeSuffix)
    .digest('base64');
  const lines = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': accept, ...headers };
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\n${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );

  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let frame; (frame = firstFrame(received)); received = received.subarray(frame.size))
      answer(socket, frame);
  });
  socket.on('error', () => socket.destroy());
  return () => {
    socket.end(encode(opcode.close, Buffer.from([1001 >> 8, 1001 & 255])));
    setTimeout(() => socket.destroy(), 1000).unref();
  };
}

function answer(socket, { code, payload }) {
  if (code === opcode.close) socket.end(encode(opcode.close, payload));
  else if (code === opcode.ping) socket.write(encode(opcode.pong, payload));
  else if (code === opcode.text || code === opcode.binary) socket.write(encode(code, payload));
}

/** The first frame when all of it has arrived. A client's frames are masked. */
function firstFrame(bytes) {
  if (bytes.length < 6) return undefined;
  const short = bytes[1] & 127;
  if (short === 127) throw new Error('frames over 64 KB are not supported');
  const start = short === 126 ? 4 : 2;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  const size = start + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, size).map((byte, index) => byte ^ mask[index & 3]));
  return { code: bytes[0] & 15, payload, size };
}

function encode(code, payload) {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | code, ...length]), payload]);
}
