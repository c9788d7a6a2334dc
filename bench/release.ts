/**
 * Deploying and going back against what Swarm itself offers for it: `npx tsx bench/release.ts` runs it alone.
 * Both by their API: Tidegate through an agent that runs, from the request to its answer; the peer through the engine,
 * until Swarm says that it is done. Beside it, without a peer, the whole process of the command.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { slotServiceName } from '../agent/common/names.ts';
import type { ServiceSpec } from '../agent/swarm/port.ts';
import { output } from '../scripts/command.ts';
import { eventually } from '../test/support/eventually.ts';
import { must, openShop, type Shop } from '../test/support/shop.ts';
import { median, timed, type Report } from './figures.ts';
import { createPlainService } from './plain-service.ts';
import { quietCall, startAgent, type RunningAgent } from './stdio-agent.ts';

const rounds = 5;
/** As short as somebody would dare to set it by hand. */
const tunedMonitorMs = 1_000;
const restMs = 4_000;

/** Tags of the sample that become healthy; `-cold`: the same content, whose predecessor is emptied at once. */
const tags = ['v1.0.0', 'v1.1.0', 'v1.2.0'] as const;
const cold = (tag: string): string => `${tag}-cold`;

/** Milliseconds. By the agent's API as the peer is by the engine's; `…Cli`: the whole process of the command. */
interface OwnTimes {
  readonly deploy: number[];
  readonly deployWarm: number[];
  readonly deployWarmCli: number[];
  readonly rollbackWarm: number[];
  readonly rollbackWarmCli: number[];
  readonly rollbackKept: number[];
}

interface PeerTimes {
  readonly update: number[];
  readonly tunedUpdate: number[];
  readonly rollback: number[];
}

interface Scene {
  readonly shop: Shop;
  readonly agent: RunningAgent;
  readonly times: OwnTimes;
}

/** Tidegate first, then its peer: each has the machine for itself, or the health checks of one would slow the other. */
export async function bench(report: Report): Promise<void> {
  const shop = await openShop({ about: 'bench', healthChecks: true });
  try {
    await addColdVersions(shop);
    for (const tag of tags) await must(shop.cli('deploy', 'dev', tag));
    const like = await liveSlot(shop);
    const own = await measureOwn(shop);
    await must(shop.cli('down', 'dev', '--yes'));
    reportTimes(own, await measurePeer(shop, like), report);
  } finally {
    await shop.close();
  }
}

async function measureOwn(shop: Shop): Promise<OwnTimes> {
  const times = {
    deploy: [],
    deployWarm: [],
    deployWarmCli: [],
    rollbackWarm: [],
    rollbackWarmCli: [],
    rollbackKept: [],
  };
  const agent = await startAgent(shop.env);
  const scene = { shop, agent, times };
  try {
    for (let round = 0; round < rounds; round += 1) await warmRound(scene, round);
    // Not what is live: equal content is nothing to do, and the slot beside it would stay warm.
    const live = warmTag(rounds - 1, 1);
    const [start = live, other = live] = tags.filter((tag) => tag !== live);
    const others = [other, live];
    await deploy(scene, cold(start));
    await untilEmptied(shop);
    for (let round = 0; round < rounds; round += 1) await coldRound(scene, others[round % 2] ?? '');
    return times;
  } finally {
    await agent.stop();
  }
}

interface LiveSlot {
  readonly spec: ServiceSpec;
  /** Of two versions. */
  readonly images: readonly [string, string];
}

async function measurePeer(shop: Shop, { spec, images }: LiveSlot): Promise<PeerTimes> {
  const { docker } = shop.test;
  const times: PeerTimes = { update: [], tunedUpdate: [], rollback: [] };
  // As many networks as the slot has: joining each takes a container its time.
  const networks = await Promise.all(
    [0, 1].map((n) => docker.createNetwork({ Name: `${shop.stack}_plain${n}`, Driver: 'overlay' })),
  );
  const template = { ...spec.TaskTemplate, Networks: networks.map(({ id }) => ({ Target: id })) };
  const like = { ...spec, TaskTemplate: template };
  const plain = await createPlainService({ docker, name: `${shop.stack}_plain`, like });
  try {
    for (let round = 0; round < rounds; round += 1) {
      times.update.push(await timedAtRest(() => plain.update(images[1])));
      times.rollback.push(await timedAtRest(() => plain.rollback()));
      times.tunedUpdate.push(await timedAtRest(() => plain.update(images[1], tunedMonitorMs)));
      times.tunedUpdate.push(await timedAtRest(() => plain.update(images[0], tunedMonitorMs)));
    }
    return times;
  } finally {
    await plain.remove();
    for (const network of networks) await eventually(() => network.remove());
  }
}

/** What is deployed first and second in a round; never what is live. */
function warmTag(round: number, nth: 0 | 1): string {
  return tags[(2 * round + nth) % tags.length] ?? '';
}

/** The other slot is warm when the deploy begins: with the default `keepWarm` of 10 minutes that is the usual case. */
async function warmRound(scene: Scene, round: number): Promise<void> {
  const { shop, times } = scene;
  const next = warmTag(round, 0);
  const afterThat = warmTag(round, 1);
  times.deployWarmCli.push(await timedAtRest(() => must(shop.cli('deploy', 'dev', next))));
  times.rollbackWarmCli.push(await timedAtRest(() => must(shop.cli('rollback', 'dev'))));
  times.rollbackWarm.push(await timedAtRest(() => rollback(scene, next)));
  times.deployWarm.push(await timedAtRest(() => deploy(scene, afterThat)));
}

/** Nothing is in the other slot: the release to go back to is kept, but not running. */
async function coldRound(scene: Scene, next: string): Promise<void> {
  const { shop, times } = scene;
  times.deploy.push(await timedAtRest(() => deploy(scene, cold(next))));
  await untilEmptied(shop);
  times.rollbackKept.push(await timedAtRest(() => rollback(scene)));
  await untilEmptied(shop);
}

function deploy({ shop, agent }: Scene, ref: string): Promise<void> {
  const params = { folder: shop.folder, environment: 'dev', ref, hold: false };
  return done(agent.api.request('deploy', params, quietCall));
}

/** Without a tag: to the release before the one that is live. */
function rollback({ shop, agent }: Scene, tag: string | null = null): Promise<void> {
  const params = { folder: shop.folder, environment: 'dev', tag };
  return done(agent.api.request('rollback', params, quietCall));
}

async function liveSlot(shop: Shop): Promise<LiveSlot> {
  const records = await shop.ledger.releases.list();
  const [first = '', second = ''] = tags.map(
    (tag) => records.find((record) => record.tag === tag)?.services['web']?.image,
  );
  const { active = 'blue' } = (await shop.ledger.routes.read()).value.routes['web'] ?? {};
  const slot = await shop.swarm.services.get(slotServiceName(shop.stack, 'web', active));
  if (!slot) throw new Error('the shop is not live');
  const container = { ...slot.spec.TaskTemplate.ContainerSpec, Image: first };
  const spec = { ...slot.spec, TaskTemplate: { ...slot.spec.TaskTemplate, ContainerSpec: container } };
  return { spec, images: [first, second] };
}

/** How long the old slot is kept is no part of a release's content, so these need no build of their own. */
async function addColdVersions({ folder }: Shop): Promise<void> {
  const file = path.join(folder, 'tidegate.yaml');
  const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@localhost'];
  const git = (...args: readonly string[]): Promise<string> =>
    output('git', [...author, ...args], { cwd: folder });
  for (const tag of tags) {
    await git('checkout', '-q', tag);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/keepWarm: [^ }]+/, 'keepWarm: 0s'));
    await git('commit', '-q', '-a', '-m', `${tag}, without a warm slot`);
    await git('tag', cold(tag));
  }
}

async function untilEmptied({ ledger }: Shop): Promise<void> {
  await eventually(
    async () => {
      const { value } = await ledger.routes.read();
      if (Object.keys(value.slots).length > 1 || Object.keys(value.claims).length > 0)
        throw new Error('the old slot is not emptied');
    },
    { withinMs: 60_000, everyMs: 50 },
  );
}

/** Milliseconds, begun when the containers of what was done before have ended: that takes seconds of the machine. */
async function timedAtRest(work: () => Promise<unknown>): Promise<number> {
  await delay(restMs);
  return timed(work);
}

async function done(result: Promise<{ readonly outcome: string; readonly message: string }>): Promise<void> {
  const { outcome, message } = await result;
  if (outcome !== 'done') throw new Error(`${outcome}: ${message}`);
}

function reportTimes(own: OwnTimes, peer: PeerTimes, report: Report): void {
  const [update, rollback] = [median(peer.update), median(peer.rollback)];
  const ratio = (name: string, times: readonly number[], peer: string, peerValue: number): void =>
    report({ name, value: median(times) / peerValue, unit: 'ratio', peer, peerValue });
  const updatePeer = 'docker service update, start-first, ms';
  const tunedPeer = 'docker service update, start-first, monitor 1 s, ms';
  const rollbackPeer = 'docker service rollback, ms';
  ratio('deploy_vs_service_update', own.deploy, updatePeer, update);
  ratio('deploy_onto_warm_vs_service_update', own.deployWarm, updatePeer, update);
  ratio('deploy_vs_tuned_update', own.deploy, tunedPeer, median(peer.tunedUpdate));
  ratio('rollback_warm_vs_service_rollback', own.rollbackWarm, rollbackPeer, rollback);
  ratio('rollback_kept_vs_service_rollback', own.rollbackKept, rollbackPeer, rollback);
  const all: readonly (readonly [string, readonly number[]])[] = Object.entries(own);
  for (const [name, values] of all) report({ name: `${snake(name)}_ms`, value: median(values), unit: 'ms' });
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bench((line) => console.log(JSON.stringify(line)));
