/** The sample shop as a project of its own on the test engine: its repository, its environment, the CLI. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/free-port.ts';
import { openSwarm } from '../../agent/swarm/docker-swarm.ts';
import { openLedger, type Ledger } from '../../agent/swarm/ledger/ledger.ts';
import type { Swarm } from '../../agent/swarm/port.ts';
import { createShopRepository } from '../../scripts/shop-history.ts';
import { testEngine, testStackName, type TestEngine } from './engine.ts';
import { startLoad, type Load, type LoadOptions } from './load.ts';

const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(root, 'dist/tidegate.js');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Shop {
  /** The checkout; commits and files may be added. */
  readonly folder: string;
  readonly stack: string;
  readonly port: number;
  /** Of the edge: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly test: TestEngine;
  readonly swarm: Swarm;
  readonly ledger: Ledger;
  /** Environment of every `tidegate` process. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs `tidegate ARGS` in the checkout and waits for its end. */
  cli(...args: readonly string[]): Promise<CliRun>;
  /** Starts it; `done` resolves at its end. `program`: another entry than the bundle (run by tsx). */
  start(
    args: readonly string[],
    options?: StartOptions,
  ): { readonly child: ChildProcess; readonly done: Promise<CliRun> };
  /** Load through the edge. */
  load(options?: Partial<LoadOptions>): Load;
  /** Takes everything away again. */
  close(): Promise<void>;
  /**
   * The same, by a process that goes on alone: the next test need not wait for Docker, which takes five seconds for it. What
   * does not go is found at the end of `npm test`. `others`: environments it has beside `dev`.
   */
  leave(...others: readonly string[]): void;
}

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly program?: string;
}

export interface ShopOptions {
  /** A few letters for the stack's name. */
  readonly about: string;
  /** False: `tidegate setup` is left to the test. Default true. */
  readonly setUp?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** True: with the health checks of its compose file, for tests that are about health or time. */
  readonly healthChecks?: boolean;
  /** Default: the two of its compose file. Starting a container is what these tests spend most of their time on. */
  readonly replicas?: number;
  /** Another engine than the one of the tests. */
  readonly on?: TestEngine;
  /** Of the edge, for `url`. Default: 127.0.0.1. */
  readonly address?: string;
  /** `registry.example/shop` */
  readonly registry?: string;
  /** True: with its test suite, which takes seconds of every deploy. */
  readonly suites?: boolean;
}

export async function openShop({
  about,
  setUp = true,
  env: more = {},
  healthChecks = false,
  replicas,
  suites = false,
  on,
  address = '127.0.0.1',
  registry,
}: ShopOptions): Promise<Shop> {
  const test = on ?? (await testEngine());
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-shop-'));
  const project = testStackName(about);
  const port = await freePort();
  const { edge, control, node } = test.images;
  await createShopRepository(folder, {
    http: port,
    images: { edge, control },
    base: node,
    project,
    ...(healthChecks ? { startPeriod: '2s' } : { healthChecks: 'edge' as const }),
    ...(replicas !== undefined && { replicas }),
    ...(suites ? {} : { suites: 'none' as const }),
    parts: 'web',
    ...(registry !== undefined && { registry }),
  });
  const swarm = openSwarm(test.engine);
  const stack = `${project}-dev`;
  // An agent that runs on this machine is not the one under test.
  const own = { DOCKER_HOST: test.host, NO_COLOR: '1', TIDEGATE_AGENT: 'off' };
  const env: NodeJS.ProcessEnv = { ...process.env, ...own, ...more };
  const start: Shop['start'] = (args, options = {}) =>
    run(folder, args, { ...env, ...options.env }, options.program);
  const shop: Shop = {
    folder,
    stack,
    port,
    url: `http://${address}:${port}`,
    test,
    swarm,
    ledger: openLedger(swarm, stack),
    env,
    start,
    cli: (...args) => start(args).done,
    load: (options = {}) =>
      startLoad({ url: `http://${address}:${port}`, host: 'shop.localhost', connections: 8, ...options }),
    close: async () => {
      await start(['down', 'dev', '--yes', '--volumes']).done;
      await rm(folder, { recursive: true, force: true });
    },
    leave: (...others) => takeAway({ checkout: folder, folder, env, environments: [...others, 'dev'] }),
  };
  if (!setUp) return shop;
  const run1 = await shop.cli('setup', 'dev');
  if (run1.code !== 0) throw new Error(`setup failed: ${run1.stdout}${run1.stderr}`);
  return shop;
}

interface Finished {
  readonly checkout: string;
  /** Goes with it. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly environments: readonly string[];
}

/** By a process of its own group: an interrupted run cleans up all the same. */
export function takeAway({ checkout, folder, env, environments }: Finished): void {
  const script = 'for one; do "$NODE" "$PROGRAM" down "$one" --yes --volumes; done; rm -rf "$FOLDER"';
  const args = ['-c', script, 'sh', ...environments];
  const known = { NODE: process.execPath, PROGRAM: program, FOLDER: folder };
  spawn('sh', args, { cwd: checkout, env: { ...env, ...known }, stdio: 'ignore', detached: true }).unref();
}

/** Runs a command that must succeed; its output is the message when it does not. */
export async function must(run: Promise<CliRun>): Promise<CliRun> {
  const result = await run;
  if (result.code !== 0)
    throw new Error(`exit code ${String(result.code)}\n${result.stdout}\n${result.stderr}`);
  return result;
}

function run(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  entry: string | undefined,
): { readonly child: ChildProcess; readonly done: Promise<CliRun> } {
  const command = entry === undefined ? [program] : ['--import', tsx, entry];
  const child = spawn(process.execPath, [...command, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<CliRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, done };
}

/** By its full path: the child's folder is not inside the project. */
const tsx = import.meta.resolve('tsx');
