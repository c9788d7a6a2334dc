/**
 * Runs the tests of the folders named on the command line, and sends the counts to its parent.
 *
 *   --jobs N      that many files at once, each in a process of its own
 *   --load        only files named `*.load.test.ts`, which want the machine for themselves; `--no-load`: all others
 *
 * Files named `*.full.test.ts` are left out, and named, unless TIDEGATE_TEST_FULL is 1.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import type { Counts } from './counts.ts';

const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '1' }, load: { type: 'boolean' } },
  allowPositionals: true,
  allowNegative: true,
});
const [timeout = '10000', ...folders] = positionals;
const jobs = Number(values.jobs);
const mocha = new Mocha({ reporter: 'spec', timeout: Number(timeout), parallel: jobs > 1, jobs });
for (const file of (await Promise.all(folders.map(testFiles))).flat().sort()) mocha.addFile(file);
// In parallel mode the workers load them.
if (jobs === 1) await mocha.loadFilesAsync();
const again: string[] = [];
const runner = mocha.run(() => {
  if (again.length > 0) console.log(`  ${again.length} tests passed or failed only when tried again.\n`);
  const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
  const counts: Counts = { passed: passes, failed: failures, skipped: pending };
  // Whatever a test left open must not keep the run from ending.
  process.send?.(counts, () => process.exit(failures > 0 ? 1 : 0));
});

runner.on('retry', ({ title }: Mocha.Test, error: unknown) => {
  again.push(title);
  console.log(`    ↻ ${title}: tried again after ${String(error)}`);
});

async function testFiles(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const tests = files.filter((file) => file.endsWith('.test.ts')).map((file) => path.resolve(folder, file));
  const wanted = tests.filter((file) => values.load === undefined || values.load === isLoad(file));
  if (process.env['TIDEGATE_TEST_FULL'] === '1') return wanted;
  for (const file of wanted.filter(isLong))
    console.log(`Left out (npm run test:full runs it): ${path.relative(process.cwd(), file)}`);
  return wanted.filter((file) => !isLong(file));
}

function isLong(file: string): boolean {
  return file.endsWith('.full.test.ts');
}

function isLoad(file: string): boolean {
  return file.endsWith('.load.test.ts');
}
