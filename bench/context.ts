/**
 * Streaming a build context of 5,000 files out of git objects, against `git archive` of the same commit in the
 * same run; and deciding that nothing changed. `npx tsx bench/context.ts` runs it alone.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { contentKey } from '../agent/build/content-key.ts';
import { readContext, type BuildSource } from '../agent/build/context.ts';
import { packContext } from '../agent/build/tar.ts';
import { openRepository } from '../agent/git/open.ts';
import type { Repository } from '../agent/git/repository.ts';

const fileCount = 5_000;
const totalBytes = 32 * 1024 * 1024;
const rounds = 7;
const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
const source: BuildSource = {
  kind: 'build',
  context: '',
  dockerfile: 'Dockerfile',
  target: undefined,
  args: {},
};

export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number;
}

export async function bench(report: (line: BenchLine) => void): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'tidegate-bench-'));
  try {
    await makeRepository(dir);
    const repository = await openRepository(dir);
    const own: number[] = [];
    const peer: number[] = [];
    // Alternating, so that a busy moment of the machine hits both.
    for (let round = 0; round < rounds; round++) {
      own.push(await timed(() => streamContext(repository)));
      peer.push(await timed(() => archive(dir)));
    }
    report({
      name: 'context_vs_git_archive',
      value: median(own) / median(peer),
      unit: 'ratio',
      peer: 'git archive',
      peerValue: median(peer),
    });
    report({ name: 'unchanged_decision_ms', value: await decisionMs(dir, repository), unit: 'ms' });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * From a commit nobody has looked at yet, which changed nothing in the context, to its content key: what a running
 * agent needs to know that the image exists. Median.
 */
async function decisionMs(dir: string, repository: Repository): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await git(dir, ...author, 'commit', '-q', '--allow-empty', '-m', `round ${round}`);
    times.push(
      await timed(async () =>
        contentKey({ repository, commit: await repository.resolve('HEAD') }, source, 'buildkit'),
      ),
    );
  }
  return median(times);
}

async function streamContext(repository: Repository): Promise<void> {
  const commit = await repository.resolve('HEAD');
  const { entries } = await readContext({ repository, commit }, source, 'buildkit');
  await pipeline(packContext(repository, entries, { time: commit.time }), sink());
}

async function archive(dir: string): Promise<void> {
  const child = spawn('git', ['archive', 'HEAD'], { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  await pipeline(child.stdout, sink());
}

function sink(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Text like source code: half of it repeats. Sizes vary around the mean; 40 files a folder. */
async function makeRepository(dir: string): Promise<void> {
  await git(dir, 'init', '-q');
  await writeFile(path.join(dir, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  await writeFile(path.join(dir, '.dockerignore'), '.git\n**/*.log\n**/node_modules\n!keep.log\ndocs/*.md\n');
  for (let index = 0; index < fileCount - 2; index++) {
    const folder = path.join(dir, 'src', `area${index % 5}`, `part${Math.floor(index / 40)}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `file${index}.txt`), textOf(index));
  }
  await git(dir, 'add', '.');
  await git(dir, ...author, 'commit', '-q', '-m', 'bench');
  await git(dir, 'gc', '-q');
}

function textOf(index: number): string {
  const mean = totalBytes / fileCount;
  const size = Math.floor(mean / 2 + (mean * (index % 11)) / 10);
  const lines: string[] = [];
  for (let length = 0, line = 0; length < size; line++) {
    const noise = createHash('sha256').update(`${index}:${line}`).digest('base64');
    const text = `  const value${line % 7} = await load('${noise}');\n`;
    lines.push(text);
    length += text.length;
  }
  return lines.join('');
}

async function git(dir: string, ...args: string[]): Promise<void> {
  const child = spawn('git', args, { cwd: dir, stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(code)}`);
}

/** Milliseconds. */
async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bench((line) => console.log(JSON.stringify(line)));
}
