/**
 * `npm test`: finds or starts an engine, gets the base images and an editor, builds the bundles, and runs everything.
 * `--full` runs the whole crash matrix and all editor tests instead of a sample. TIDEGATE_TEST_ENGINE=none leaves out what needs an engine.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, TidegateError } from '../agent/common/errors.ts';
import { consentFrom } from './consent.ts';
import { thisMachine } from './engine/find.ts';
import { ensureEngine, type ReadyEngine } from './engine/ready-engine.ts';
import { beginEditor, type Found } from './editor/on-its-way.ts';
import { inHostTests, leftOut, uiTests } from './editor/suites.ts';
import { ensureBaseImages, type BaseImages } from './images/base-images.ts';
import { check, closingLine, sum, type Counts } from './testing/counts.ts';
import { createForeignStack } from './testing/foreign-stack.ts';
import { removeLeftovers, removeTestImages } from './testing/leftovers.ts';
import { Phases } from './testing/phases.ts';
import { ensureSshServer } from './testing/ssh-server.ts';
import { buildBundles, runMocha, runShopTests } from './testing/suites.ts';
import { beginUnleash } from './unleash/on-its-way.ts';

const root = path.resolve(import.meta.dirname, '..');
const isFull = process.argv.includes('--full');
const phases = new Phases();
const run = { id: randomBytes(2).toString('hex') };
const say = (line: string): void => console.log(line);

// An interrupt ends the suite that runs; what was set up is taken down behind it.
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());

try {
  const counts = process.env['TIDEGATE_TEST_ENGINE'] === 'none' ? await withoutEngine() : await withEngine();
  say(`\nTook: ${String(phases)}`);
  say(closingLine(counts));
  process.exitCode = interrupt.signal.aborted ? 130 : counts.failed > 0 ? 1 : 0;
} catch (error) {
  const hint = error instanceof TidegateError ? error.hint : undefined;
  console.error([messageOf(error), hint].filter(Boolean).join(' '));
  process.exitCode = 1;
}

async function withoutEngine(): Promise<Counts> {
  await buildBundles();
  const counts = await unitTests({});
  say(
    '\nLeft out (TIDEGATE_TEST_ENGINE=none): the tests in test/integration, test/fault and test/ui, which need a Swarm, and test/extension ("npm run test:editor -- --in-host").',
  );
  return counts;
}

async function withEngine(): Promise<Counts> {
  const consent = consentFrom(
    { input: process.stdin, output: process.stdout, env: process.env },
    { yes: process.argv.includes('--yes') },
  );
  const began = performance.now();
  const coming = beginEditor({ root, say });
  const unleash = beginUnleash({ root, say });
  const engine = await ensureEngine({ root, around: thisMachine, consent, say });
  try {
    say(`Docker Engine: ${engine.host}${engine.private ? ' (private)' : ''}`);
    const images = await ensureBaseImages(engine.docker, say);
    await ensureSshServer(consent, say);
    await unleash.arrived(consent);
    const found = await coming.arrived(consent);
    await buildBundles();
    phases.add('preparation', began);
    return await allTests(engine, images, found);
  } finally {
    if (engine.startedHere) await engine.stop();
    if (engine.startedHere)
      say('The private engine is stopped. `npm run demo -- --down` removes it and its images.');
    engine.close();
  }
}

async function allTests(engine: ReadyEngine, images: BaseImages, found: Found): Promise<Counts> {
  const { docker } = engine;
  const env = {
    DOCKER_HOST: engine.host,
    TIDEGATE_TEST_RUN: run.id,
    TIDEGATE_EDGE_IMAGE: images.edge,
    TIDEGATE_CONTROL_IMAGE: images.control,
    TIDEGATE_NODE_IMAGE: images.node,
    ...(isFull ? { TIDEGATE_TEST_FULL: '1' } : {}),
    // One that nobody else uses may be restarted.
    ...(engine.private && engine.startedHere ? { TIDEGATE_TEST_PRIVATE_ENGINE: '1' } : {}),
  };
  for (const what of await cleanUpAfterLastRun(docker)) say(`Left by the last run, removed: ${what}`);
  const foreign = await createForeignStack(docker, images.node);
  try {
    const counts = [await phases.time('unit', () => unitTests(env))];
    // Most tests wait for the Swarm; those that put the machine under load have it to themselves.
    for (const [name, ...options] of [
      ['engine', '--no-load', '--jobs', '2'],
      ['load', '--load'],
    ] as const)
      if (!interrupt.signal.aborted) counts.push(await phases.time(name, () => engineTests(env, options)));
    if (!interrupt.signal.aborted) counts.push(await editorTests(found, env));
    say('\n  the whole run');
    counts.push(
      check("leaves someone else's stack byte for byte as it was", await foreign.differences(), say),
    );
    counts.push(check('leaves nothing of its own on the Swarm', await removeLeftovers(docker, run), say));
    return sum(counts);
  } finally {
    await foreign.remove();
    await removeTestImages(docker, run);
  }
}

function engineTests(env: Readonly<Record<string, string>>, options: readonly string[]): Promise<Counts> {
  return runMocha({ folders: ['integration', 'fault'], timeoutMs: 120_000, env, options });
}

async function editorTests(found: Found, env: Readonly<Record<string, string>>): Promise<Counts> {
  say('\n  the editor');
  switch (found.state) {
    case 'cannot':
      return leftOut(found.why, say);
    case 'failed':
      return check('gets an editor to run in', [found.why], say);
    case 'ready': {
      const editor = { root, editor: found.editor, say };
      const inHost = await phases.time('in-host', () => inHostTests(editor));
      if (interrupt.signal.aborted) return inHost;
      return sum([inHost, await phases.time('ui', () => uiTests(editor, env))]);
    }
  }
}

async function unitTests(env: Readonly<Record<string, string>>): Promise<Counts> {
  say('\n  the sample project');
  const options = ['--jobs', '2'];
  return sum([await runShopTests(), await runMocha({ folders: ['unit'], timeoutMs: 30_000, env, options })]);
}

/** A run that was killed could not clean up behind itself: its id is kept, and forgotten by the next one. */
async function cleanUpAfterLastRun(docker: ReadyEngine['docker']): Promise<readonly string[]> {
  const record = path.join(root, '.tidegate', 'last-test-run');
  const last = await readFile(record, 'utf8').catch(() => undefined);
  await mkdir(path.dirname(record), { recursive: true });
  await writeFile(record, run.id);
  if (!last) return [];
  await removeTestImages(docker, { id: last });
  return removeLeftovers(docker, { id: last });
}
