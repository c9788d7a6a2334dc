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

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://app');
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
