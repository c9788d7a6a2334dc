// Takes orders for the shop. Only other services reach it, as http://orders:3002; what it knows is in the store.
import { createServer } from 'node:http';
import { openStore } from './store.js';
import { stopGracefully } from './stop.js';

const port = Number(process.env.PORT ?? 3002);
const store = openStore(new URL(process.env.STORE_URL ?? 'redis://store:6379'));
const list = 'orders';
const longestOrder = 1_000;

async function handle(request) {
  const path = request.url.split('?', 1)[0];
  // Without its store it answers all the same: restarting it would not bring the store back.
  if (path === '/healthz') return [200, { status: 'ok' }];
  if (path !== '/orders') return [404, { error: 'not here' }];
  if (request.method === 'POST') return [201, { number: await take(await bodyOf(request)) }];
  const [count, newest] = await Promise.all([store('LLEN', list), store('LRANGE', list, '-5', '-1')]);
  return [200, { count, newest: newest.reverse().map((one) => JSON.parse(one)) }];
}

function take({ product }) {
  if (!/^\w{1,40}$/.test(product ?? '')) throw Object.assign(new Error('no product'), { status: 400 });
  return store('RPUSH', list, JSON.stringify({ product, at: new Date().toISOString() }));
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > longestOrder) throw Object.assign(new Error('too long'), { status: 413 });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw Object.assign(new Error('no JSON'), { status: 400 });
  }
}

const server = createServer(async (request, response) => {
  const [status, body] = await handle(request).catch((error) => [
    error.status ?? 503,
    { error: error.message },
  ]);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
});

stopGracefully(server, store.close);
server.listen(port, () => console.log(`orders listens on ${port}`));
