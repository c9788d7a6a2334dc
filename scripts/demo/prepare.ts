/** What the demo stands on: an engine, base images, the bundles, the shop's repository, an environment. */
import path from 'node:path';
import { elapsed } from '../../agent/cli/duration.ts';
import type { Results } from '../../agent/protocol/methods.ts';
import type { Consent } from '../consent.ts';
import { thisMachine } from '../engine/find.ts';
import { ensureEngine } from '../engine/ready-engine.ts';
import { ensureBaseImages, ensureStoreImage } from '../images/base-images.ts';
import { shopVersions } from '../shop-history.ts';
import { buildBundles } from '../testing/suites.ts';
import { createShop, environment, freePort, type DemoPlace } from './place.ts';
import { removeEnvironment } from './remove.ts';
import type { Stage } from './run-step.ts';
import type { Screen } from './screen.ts';
import { messageIn, tidegate } from './tidegate.ts';

export interface Preparation {
  readonly place: DemoPlace;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly consent: Consent;
}

export interface DemoStage extends Stage {
  /** Of the shop. */
  readonly url: string;
  /** What DOCKER_HOST has to be for commands a person types; `undefined`: as it is. */
  readonly exportedHost: string | undefined;
}

const preferredPort = 8080;

export async function prepare({ place, screen, signal, consent }: Preparation): Promise<DemoStage> {
  const { say, style } = screen;
  say(
    style.bold('Tidegate: a shop goes live, is updated and comes back, while visitors come all the time.\n'),
  );
  const engine = await ensureEngine({ root: place.root, around: thisMachine, consent, say });
  say(`  engine       ${engine.host}${engine.private ? ' (private)' : ''}`);
  signal.throwIfAborted();
  const images = await ensureBaseImages(engine.docker, say);
  const store = await ensureStoreImage(engine.docker, say);
  say(`  base images  ${images.edge}, ${images.node}, ${store}`);
  signal.throwIfAborted();
  await buildBundles();
  const env = { ...process.env, DOCKER_HOST: engine.host };
  const stage = { place, screen, signal, env };
  await removeEnvironment(engine.docker, stage);
  const port = await freePort(preferredPort);
  if (port !== preferredPort) say(`  port         ${port}, since ${preferredPort} is taken`);
  await createShop(place, { ...images, store }, port);
  const tags = shopVersions.map(({ tag }) => tag);
  say(
    `  repository   ${path.relative(place.root, place.shop)}, tags ${tags[0] ?? ''} to ${tags.at(-1) ?? ''}`,
  );
  engine.close();
  await setUp(stage);
  return {
    ...stage,
    url: `http://${hostOf(engine.host)}:${port}`,
    exportedHost: engine.private ? engine.host : undefined,
  };
}

async function setUp(stage: Stage): Promise<void> {
  const { say, show, style } = stage.screen;
  say(`\nAn edge that takes the requests, and a small program that tells it where they go.`);
  say(style.bold(`$ tidegate setup ${environment}`));
  show('  … starting');
  const from = performance.now();
  const run = await tidegate(stage.place, ['setup', environment], stage);
  stage.signal.throwIfAborted();
  if (run.code !== 0) throw new Error(`tidegate setup failed: ${messageIn(run)}`);
  const { changes, stack } = run.document as Results['setup'];
  for (const change of changes) say(style.dim(`  ${change}`));
  say(`  ${style.good('✔')} ${stack} is ready (${elapsed(performance.now() - from)})`);
}

/** Where the ports of the engine's machine are reached. */
function hostOf(engine: string): string {
  return engine.startsWith('tcp:') ? new URL(engine).hostname : '127.0.0.1';
}
