/** The suites of `npm test`, each in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Counts } from './counts.ts';

type Environment = Readonly<Record<string, string>>;

const root = path.resolve(import.meta.dirname, '../..');

export interface MochaSuite {
  /** Below `test/`. */
  readonly folders: readonly string[];
  /** Of a test that sets none itself. */
  readonly timeoutMs: number;
  readonly env: Environment;
  /** Arguments of `mocha-run.ts`. */
  readonly options?: readonly string[];
}

export async function runMocha({ folders, timeoutMs, env, options = [] }: MochaSuite): Promise<Counts> {
  const program = path.join(import.meta.dirname, 'mocha-run.ts');
  const tests = folders.map((folder) => path.join(root, 'test', folder));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, ...options, String(timeoutMs), ...tests],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    },
  );
  let counts: Counts | undefined;
  child.on('message', (message) => (counts = message as Counts));
  // A terminal interrupts the child as well; who ends this process alone means both.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', pass);
  const end = await ended(child).finally(() => process.off('SIGTERM', pass));
  if (counts !== undefined) return counts;
  console.error(`The tests in ${folders.join(', ')} ended with ${end} before their end.`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** The sample project's own tests, with Node's test runner. */
export async function runShopTests(): Promise<Counts> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-shop-'));
  try {
    const tap = path.join(folder, 'tap');
    const reports = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
    const counted = ['--test-reporter=tap', `--test-reporter-destination=${tap}`];
    const child = spawn(process.execPath, ['--test', ...reports, ...counted, 'test/'], {
      cwd: path.join(root, 'examples/shop'),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await ended(child);
    return tapCounts(await readFile(tap, 'utf8').catch(() => ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function buildBundles(): Promise<void> {
  const end = await ended(
    spawn(process.execPath, [path.join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' }),
  );
  if (end !== 'code 0')
    throw new Error(`The bundles could not be built: scripts/build.mjs ended with ${end}.`);
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? `code ${String(code)}`));
  });
}

/** The totals Node writes at the end of a TAP report; none is a failure. */
function tapCounts(tap: string): Counts {
  const total = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const passed = total('pass');
  return { passed, failed: passed === 0 ? 1 : total('fail') + total('cancelled'), skipped: total('skipped') };
}
