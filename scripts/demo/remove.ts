/** Taking away what the demo made: its environment, its images, its repository, the private engine. */
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Surroundings } from '../../agent/swarm/reach/surroundings.ts';
import { thisMachine } from '../engine/find.ts';
import { engineFolder } from '../engine/private-folder.ts';
import { findReady, removeEngine } from '../engine/ready-engine.ts';
import { baseImageLabels, publicImages, publicStore, removeBuiltBaseImages } from '../images/base-images.ts';
import { buildBundles } from '../testing/suites.ts';
import { createShop, environment, isOnSwarm, removeShop, removeShopImages, type DemoPlace } from './place.ts';
import type { Stage } from './run-step.ts';
import type { Screen } from './screen.ts';
import { messageIn, tidegate } from './tidegate.ts';

export interface Removal {
  readonly place: DemoPlace;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

const leavingMs = 10_000;

export async function removeDemo({ place, screen, signal }: Removal): Promise<void> {
  const { root } = place;
  const { say } = screen;
  const engine = await findReady({ root, around: thisMachine });
  if (engine) {
    const { docker } = engine;
    const stage = { place, screen, signal, env: { ...process.env, DOCKER_HOST: engine.host } };
    if (await isOnSwarm(docker, place)) {
      await buildBundles();
      await removeEnvironment(docker, stage);
    }
    say(`Images of the shop removed: ${await removeShopImages(docker, place)}.`);
    await removeBaseImages(docker, say);
    engine.close();
  }
  await removeShop(place);
  await removeEngine({ root, around: withoutPrivateEngine(root), say });
  say('Nothing of the demo is left.');
}

/** The containers of removed tasks, which still use them, are taken away by Swarm a moment later. */
async function removeBaseImages(docker: Docker, say: (line: string) => void): Promise<void> {
  const filters = { label: Object.entries(baseImageLabels).map(([key, value]) => `${key}=${value}`) };
  const deadline = performance.now() + leavingMs;
  for (;;) {
    for (const image of await removeBuiltBaseImages(docker)) say(`Base image removed: ${image}.`);
    const left = await docker.listImages({ filters });
    const tags = left.flatMap(({ RepoTags }) => RepoTags ?? []);
    if (tags.length === 0) return;
    if (performance.now() > deadline) {
      say(`In use by something else, and left: ${tags.join(', ')}.`);
      return;
    }
    await delay(500);
  }
}

/** DOCKER_HOST may name the private engine, as the demo told to set it: after it is removed nobody answers there. */
function withoutPrivateEngine(root: string): Surroundings {
  const { DOCKER_HOST: host, ...env } = thisMachine.env;
  return host === `unix://${engineFolder(root).socket}` ? { ...thisMachine, env } : thisMachine;
}

/** By `tidegate down`, which needs a repository to stand in: the last one, or one made for it. */
export async function removeEnvironment(docker: Docker, stage: Stage): Promise<void> {
  const { place, screen, signal } = stage;
  if (!(await isOnSwarm(docker, place))) return;
  screen.say(`Removing the environment ${place.stack} of the last demo …`);
  // Only its names count for taking it down, not its images or its port.
  await createShop(place, { ...publicImages, store: publicStore }, 8080);
  const run = await tidegate(place, ['down', environment, '--yes', '--volumes'], stage);
  signal.throwIfAborted();
  if (run.code !== 0) throw new Error(`tidegate down failed: ${messageIn(run)}`);
}
