/**
 * `npm run bench`: measures Tidegate and, in the same run, what it is compared with; prints the figures beside
 * their targets and writes them to `bench/results/latest.json`, one JSON object a line. `npm run bench -- edge
 * context` measures only these parts. What each figure means is in README.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, TidegateError } from '../agent/common/errors.ts';
import { consentFrom } from '../scripts/consent.ts';
import { thisMachine } from '../scripts/engine/find.ts';
import { ensureEngine } from '../scripts/engine/ready-engine.ts';
import { ensureBaseImages } from '../scripts/images/base-images.ts';
import { buildBundles } from '../scripts/testing/suites.ts';
import { holds, targets, type BenchLine, type Report } from './figures.ts';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'bench/results/latest.json');
const say = (line: string): void => console.log(line);

/** Loaded when they run: some look at the environment as they load. */
const parts: Readonly<Record<string, () => Promise<{ bench(report: Report): Promise<void> }>>> = {
  context: () => import('./context.ts'),
  agent: () => import('./agent.ts'),
  edge: () => import('./edge.ts'),
  tls: () => import('./tls.ts'),
  release: () => import('./release.ts'),
  services: () => import('./services.ts'),
  flags: () => import('./flags.ts'),
  editor: () => import('./editor.ts'),
  'reference-index': () => import('./reference-index.ts'),
};

try {
  process.exitCode = (await run(chosenParts(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  const hint = error instanceof TidegateError ? error.hint : undefined;
  console.error([messageOf(error), hint].filter(Boolean).join(' '));
  process.exitCode = 1;
}

function chosenParts(args: readonly string[]): readonly string[] {
  const named = args.filter((arg) => !arg.startsWith('-'));
  const unknown = named.find((name) => !(name in parts));
  if (unknown !== undefined)
    throw new Error(`There is no part ${unknown}: ${Object.keys(parts).join(', ')}.`);
  return named.length > 0 ? named : Object.keys(parts);
}

/** False when a figure misses its target. */
async function run(chosen: readonly string[]): Promise<boolean> {
  const consent = consentFrom(
    { input: process.stdin, output: process.stdout, env: process.env },
    { yes: process.argv.includes('--yes') },
  );
  const engine = await ensureEngine({ root, around: thisMachine, consent, say });
  try {
    say(`Docker Engine: ${engine.host}${engine.private ? ' (private)' : ''}`);
    const images = await ensureBaseImages(engine.docker, say);
    await buildBundles();
    process.env['DOCKER_HOST'] = engine.host;
    process.env['TIDEGATE_EDGE_IMAGE'] = images.edge;
    process.env['TIDEGATE_CONTROL_IMAGE'] = images.control;
    process.env['TIDEGATE_NODE_IMAGE'] = images.node;
    return await measure(chosen);
  } finally {
    if (engine.startedHere) await engine.stop();
    engine.close();
  }
}

async function measure(chosen: readonly string[]): Promise<boolean> {
  const lines: BenchLine[] = [];
  await mkdir(path.dirname(results), { recursive: true });
  for (const name of chosen) {
    say(`\n  ${name}`);
    const part = await parts[name]?.();
    await part?.bench((line) => {
      lines.push(line);
      say(`  ${rowOf(line)}`);
    });
    // After every part: what has been measured is not lost when a later one fails.
    await writeFile(results, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const missed = lines.filter((line) => holds(line) === false).map((line) => line.name);
  const judged = lines.filter((line) => holds(line) !== undefined).length;
  say(`\n${judged - missed.length} of ${judged} figures keep their target.`);
  if (missed.length > 0) say(`Missed: ${missed.join(', ')}.`);
  say(`Written to ${path.relative(process.cwd(), results)}.`);
  return missed.length === 0;
}

function rowOf(line: BenchLine): string {
  const kept = holds(line);
  const verdict = kept === undefined ? '' : kept ? 'holds' : 'MISSED';
  const peer = line.peer === undefined ? '' : `${line.peer}: ${short(line.peerValue ?? Number.NaN)}`;
  const value = `${short(line.value)} ${line.unit === 'ratio' ? '' : line.unit}`.trim();
  return [line.name.padEnd(42), value.padEnd(18), targetOf(line).padEnd(12), verdict.padEnd(7), peer]
    .join(' ')
    .trimEnd();
}

function targetOf({ name }: BenchLine): string {
  const target = targets[name];
  if (target === undefined) return '';
  return 'atMost' in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
}

function short(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? value.toFixed(0) : value.toPrecision(3);
}
