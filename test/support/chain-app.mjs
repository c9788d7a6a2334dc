// A service of a chain, for tests: says its name and version, and what the next one says.
import { Agent, createServer, get } from 'node:http';

const { NAME, VERSION, NEXT, BROKEN, FRESH } = process.env;
// Some callers keep their connections, some ask for the name each time.
const agent = FRESH ? false : new Agent({ keepAlive: true });
let asked = false;

/** The answer of the next service in its own words; rejects where there is none. */
function next() {
  return new Promise((resolve, reject) => {
    const asking = get(NEXT, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`HTTP ${response.statusCode} ${text}`)),
      );
    });
    asking.on('error', reject);
  });
}

/** The median of so many calls, one after the other on one connection, milliseconds. */
async function measure(url, calls) {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  for (let call = 0; call < calls; call += 1) {
    const start = performance.now();
    await new Promise((resolve, reject) => {
      get(url, { agent: kept }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  kept.destroy();
  return times.sort((a, b) => a - b)[Math.floor(calls / 2)];
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://app');
  if (pathname === '/measure')
    return response.end(String(await measure(searchParams.get('url'), Number(searchParams.get('calls')))));
  if (pathname === '/hello') return response.end('hello\n');
  if (pathname === '/healthz') {
    // `unhealthy`: never well; `in-use`: not any more from the first visitor on.
    if (BROKEN === 'unhealthy' || (BROKEN === 'in-use' && asked)) response.statusCode = 500;
    return response.end('\n');
  }
  asked = true;
  const rest = NEXT ? ` ${await next()}` : '';
  response.setHeader('x-shop-version', `${NAME}=${VERSION}${rest}`);
  response.end(`${NAME}=${VERSION}${rest}`);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.statusCode = 502;
    response.setHeader('x-shop-version', `${NAME}: ${error.message}`.replace(/\s+/g, ' '));
    response.end(`${NAME}: ${error.message}\n`);
  });
});

server.keepAliveTimeout = 60_000;
// It is ready when what it depends on answers, as many services are: a retry is for its first start.
while (NEXT && process.env.WAIT) {
  if (
    await next().then(
      () => true,
      () => false,
    )
  )
    break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2000).unref();
});
