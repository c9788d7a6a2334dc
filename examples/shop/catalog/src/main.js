// The price list for apps: what the edge gets at /api, it passes on without that prefix.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { stopGracefully } from './stop.js';

const products = JSON.parse(readFileSync(new URL('products.json', import.meta.url), 'utf8'));
const port = Number(process.env.PORT ?? 3001);

function answer(path) {
  if (path === '/healthz') return { status: 'ok' };
  if (path === '/products') return { products };
  const id = /^\/products\/(\w+)$/.exec(path)?.[1];
  return products.find((product) => product.id === id);
}

const server = createServer((request, response) => {
  const found = answer(request.url.split('?', 1)[0]);
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(found ?? { error: 'not here' })}\n`);
});

stopGracefully(server);
server.listen(port, () => console.log(`catalog listens on ${port}`));
