/** Starts an Unleash server with an empty database of its own; both are gone when it is closed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import { output } from '../command.ts';
import type { UnleashPlace } from './place.ts';

export interface UnleashServer {
  readonly url: string;
  /** Of the Admin API. */
  readonly adminToken: string;
  /** A new personal access token of its administrator, for what it lets people do and no admin token. */
  personalToken(): Promise<string>;
  /** Of an SDK, for the environment `development`. */
  readonly sdkToken: string;
  /** The database stays. */
  stop(): Promise<void>;
  /** At the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export async function startUnleash({ server, postgres }: UnleashPlace): Promise<UnleashServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tg-unleash-'));
  const database = await startDatabase(postgres, folder);
  const port = await freePort();
  const secret = randomBytes(16).toString('hex');
  const [adminToken, sdkToken] = [`*:*.${secret}`, `default:development.${secret}`];
  const env = {
    ...process.env,
    ...{ DATABASE_HOST: folder, DATABASE_PORT: '5432', DATABASE_NAME: 'postgres', DATABASE_SSL: 'false' },
    ...{ DATABASE_USERNAME: 'unleash', DATABASE_PASSWORD: 'none' },
    ...{ HTTP_HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error' },
    ...{ CHECK_VERSION: 'false', SEND_TELEMETRY: 'false' },
    ...{ UNLEASH_DEFAULT_ADMIN_USERNAME: 'admin', UNLEASH_DEFAULT_ADMIN_PASSWORD: secret },
    ...{ INIT_ADMIN_API_TOKENS: adminToken, INIT_BACKEND_API_TOKENS: sdkToken },
  };
  const url = `http://127.0.0.1:${port}`;
  let running: Program | undefined;
  const start = async (): Promise<void> => {
    running = new Program('unleash', spawn(process.execPath, [server], { env, cwd: folder }));
    await running.until(`${url}/health answers`, () => answers(`${url}/health`));
  };
  const stop = async (): Promise<void> => running?.end('SIGTERM');
  const close = async (): Promise<void> => {
    await stop();
    await database.end('SIGINT');
    await rm(folder, { recursive: true, force: true });
  };
  await start().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const personalToken = (): Promise<string> => personalTokenOf(url, secret);
  return { url, adminToken, personalToken, sdkToken, start, stop, close };
}

async function personalTokenOf(url: string, password: string): Promise<string> {
  const post = async (where: string, body: unknown, headers: Record<string, string>): Promise<Response> => {
    const answer = await fetch(`${url}${where}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${where}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const entered = await post('/auth/simple/login', { username: 'admin', password }, {});
  const cookie = entered.headers.getSetCookie().map((one) => one.split(';', 1)[0]);
  const wanted = { description: 'tests', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  const made = await post('/api/admin/user/tokens', wanted, { cookie: cookie.join('; ') });
  return ((await made.json()) as { secret: string }).secret;
}

/** Listens on a socket in the folder, which is its owner's alone. */
async function startDatabase(postgres: string, folder: string): Promise<Program> {
  const owner = await ownerOf();
  if (owner) await chown(folder, owner.uid, owner.gid);
  const data = path.join(folder, 'data');
  await finished(
    spawn(path.join(postgres, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'unleash', '--no-sync'], {
      ...owner,
      cwd: folder,
    }),
  );
  // Nothing in it has to survive a crash of the machine.
  const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((set) => ['-c', set]);
  const args = ['-D', data, '-k', folder, '-c', 'listen_addresses=', ...fast];
  const program = new Program(
    'postgres',
    spawn(path.join(postgres, 'postgres'), args, { ...owner, cwd: folder }),
  );
  await program.until('it takes connections', () =>
    output(path.join(postgres, 'pg_isready'), ['-q', '-h', folder]).then(
      () => true,
      () => false,
    ),
  );
  return program;
}

async function ownerOf(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (what: '-u' | '-g'): Promise<number> => output('id', [what, 'postgres']).then(Number);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

/** A child that ends with this process at the latest. */
class Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #said = '';
  #isGone = false;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => (this.#said = `${this.#said}${String(chunk)}`.slice(-4_000)));
    this.#gone = new Promise((resolve) => {
      const end = (error?: unknown): void => {
        if (error instanceof Error) this.#said += error.message;
        this.#isGone = true;
        process.off('exit', kill);
        resolve();
      };
      child.once('error', end);
      child.once('exit', () => end());
    });
  }

  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await holds())) {
      if (this.#isGone || performance.now() > deadline)
        throw new Error(
          `${this.#name} ${this.#isGone ? 'ended' : 'took a minute'} before ${what}: ${this.#said}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#gone;
    clearTimeout(impatient);
  }
}

async function finished(child: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${String(code)}: ${said.slice(-2_000)}`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
