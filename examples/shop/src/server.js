import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { openFlags } from './flags.js';
import { trouble } from './health.js';
import { openOrders } from './orders.js';
import { homePage, messagePage, ordersPage, productPage } from './page.js';
import { productById } from './products.js';
import { readStock } from './stock.js';
import { version } from './version.js';
import { echo } from './websocket.js';

const style = readFileSync(new URL('style.css', import.meta.url));
const longestWaitMs = 60_000;

/** The shop as an HTTP server: `listen`, `stop`, `version`. Every response carries `x-shop-version`. */
export function createShop({
  currency = 'EUR',
  instance = hostname(),
  flags = openFlags(),
  orders = openOrders(),
} = {}) {
  const view = { currency, instance, isOn: flags.isOn, sells: orders !== undefined };
  const open = new Set();
  const connections = new Set();
  const goodbyes = new Set();
  let stopping = false;

  const routes = {
    '/': (_request, response) => html(response, 200, homePage(view)),
    '/style.css': (_request, response) => send(response, 200, 'text/css', style),
    '/healthz': healthz,
    '/version': (_request, response) => json(response, 200, { version, instance }),
    '/slow': slow,
    '/upload': upload,
    ...(orders && { '/orders': takeOrders }),
    '/events': events,
  };

  const server = createServer(async (request, response) => {
    response.setHeader('x-shop-version', version);
    response.setHeader('x-shop-free-delivery', flags.isOn('free-delivery') ? 'on' : 'off');
    if (stopping) lastOne(response);
    open.add(response);
    response.on('close', () => open.delete(response));
    try {
      await answer(request, response);
    } catch (error) {
      console.error(`${request.method} ${request.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else html(response, 500, messagePage('Something went wrong', error.message, view));
    }
  });

  // Longer than any proxy keeps its side open: it is never we who close under its hands.
  server.keepAliveTimeout = 75_000;

  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });

  server.on('upgrade', (request, socket) => {
    if (pathOf(request) !== '/ws' || !request.headers['sec-websocket-key'])
      return socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    remember(socket, echo(request, socket, { 'x-shop-version': version }));
  });

  async function answer(request, response) {
    const path = pathOf(request);
    const route = routes[path];
    if (route) return route(request, response);
    const product = productById(/^\/products\/(\w+)$/.exec(path)?.[1]);
    if (product) return html(response, 200, productPage(product, view));
    html(response, 404, messagePage('Not here', `There is nothing at ${path}.`, view));
  }

  function healthz(_request, response) {
    const reason = trouble();
    json(response, reason ? 503 : 200, { status: reason ? 'unavailable' : 'ok', reason, version });
  }

  /** `/slow?ms=50`: an answer that takes its time. */
  async function slow(request, response) {
    const wanted = Number(queryOf(request).get('ms') ?? 1000);
    const ms = Math.min(Math.max(wanted, 0) || 0, longestWaitMs);
    await delay(ms);
    json(response, 200, { version, ms, stock: readStock() });
  }

  /** POST: counts the bytes. */
  async function upload(request, response) {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    json(response, 200, { version, bytes });
  }

  /** POST takes one order (`product=lantern`), GET lists the newest. */
  async function takeOrders(request, response) {
    if (request.method !== 'POST') return html(response, 200, ordersPage(await orders.list(), view));
    const product = productById(new URLSearchParams(await formOf(request)).get('product'));
    if (!product) return html(response, 400, messagePage('Not for sale', 'There is no such product.', view));
    const { number } = await orders.take(product.id);
    html(response, 201, messagePage(`Order ${number}`, `One ${product.name} is on its way to you.`, view));
  }

  /** Server-sent events: the version, every second until either side ends it. */
  function events(_request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    let count = 0;
    const tick = () =>
      response.write(`event: tick\ndata: ${JSON.stringify({ version, count: count++ })}\n\n`);
    tick();
    const timer = setInterval(tick, 1000);
    response.on('close', () => clearInterval(timer));
    remember(response, () => response.end());
  }

  function remember(stream, goodbye) {
    goodbyes.add(goodbye);
    stream.on('close', () => goodbyes.delete(goodbye));
  }

  return {
    version,
    /** Resolves when the flags have been asked for once: the first page is like the others. */
    ready: flags.first,
    listen: (port, ready) => server.listen(port, ready),
    port: () => server.address().port,
    /** Takes nothing new, ends streams and idle connections, and resolves when every request has its answer. */
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        flags.close();
        server.close(resolve);
        for (const response of open) lastOne(response);
        for (const goodbye of goodbyes) goodbye();
        server.closeIdleConnections();
        // To Node a connection that never asked for anything is not idle: it would be waited for.
        for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      }),
  };
}

/** A short form. */
async function formOf(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 1_000) break;
  }
  return text;
}

/** The client learns with its answer that this connection ends. */
function lastOne(response) {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

const pathOf = (request) => request.url.split('?', 1)[0];
const queryOf = (request) => new URLSearchParams(request.url.split('?')[1]);

function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const html = (response, status, body) => send(response, status, 'text/html; charset=utf-8', body);
const json = (response, status, value) =>
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`);
