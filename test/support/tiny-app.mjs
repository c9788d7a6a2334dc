// A web app for tests: says its version, and can be slow, stream, upgrade and echo what it was sent.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const version = process.env.VERSION || 'none';
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  response.setHeader('x-shop-version', version);
  if (url.pathname === '/echo') {
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  }
  if (url.pathname === '/slow') {
    return setTimeout(() => response.end('slow\n'), Number(url.searchParams.get('ms')));
  }
  if (url.pathname === '/events') {
    response.setHeader('content-type', 'text/event-stream');
    response.flushHeaders();
    response.write(`data: ${version}\n\n`);
    const ms = Number(url.searchParams.get('ms') || 200);
    const timer = setInterval(() => response.write(`data: ${version}\n\n`), ms);
    return response.on('close', () => clearInterval(timer));
  }
  if (url.pathname === '/upload') {
    let bytes = 0;
    request.on('data', (chunk) => (bytes += chunk.length));
    return request.on('end', () => response.end(`${bytes}\n`));
  }
  return response.end(`${version}\n`);
});

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nx-shop-version: ${version}\r\n\r\n`,
  );
  socket.on('data', (bytes) => socket.write(bytes));
  socket.on('error', () => socket.destroy());
});

server.keepAliveTimeout = 60_000;
server.listen(3000);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2000).unref();
});
