/**
 * Eight services in one project: one of them changed against all, nothing changed, and what a call between two of
 * them costs. `npx tsx bench/services.ts` runs it alone. What is counted has to be exact, or the times mean nothing.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { labels, slotServiceName } from '../agent/common/names.ts';
import type { AgentEvent, RolloutResult } from '../agent/protocol/methods.ts';
import { ask } from '../test/support/ask.ts';
import { addChain, type Chain, type ChainService } from '../test/support/chain.ts';
import { eventually } from '../test/support/eventually.ts';
import { openShop, type Shop } from '../test/support/shop.ts';
import { median, timed, type Report } from './figures.ts';
import { startAgent, type RunningAgent } from './stdio-agent.ts';

const rounds = 3;
const inner = ['orders', 'catalog', 'stock', 'prices', 'mail', 'search', 'users'] as const;
const all = inner.length + 1;
const meshTasks = 2;

interface Scene {
  readonly shop: Shop;
  readonly agent: RunningAgent;
}

export async function bench(report: Report): Promise<void> {
  const shop = await openShop({ about: 'eight' });
  const agent = await startAgent(shop.env);
  try {
    const scene = { shop, agent };
    await release(scene, { tag: 'first', chain: eight(shop, '1', '1'), changed: all, others: meshTasks });
    await changes(scene, report);
    await nothing(scene, report);
    await callsInside(scene, report);
  } finally {
    await agent.stop();
    await shop.close();
    await removeImages(shop);
  }
}

/** `orders` has a version of its own. Images of another run are none of this one. */
function eight({ stack }: Shop, orders: string, others: string): Chain {
  const service = (name: string, index: number): readonly [string, ChainService] => {
    const version = name === 'orders' ? orders : others;
    const route = name === 'web' ? {} : { internal: true };
    return [name, { version, part: `${stack} ${name} ${version}`, route, port: 3000 + index }];
  };
  return Object.fromEntries(['web', ...inner].map(service));
}

async function changes(scene: Scene, report: Report): Promise<void> {
  const { shop } = scene;
  const times: { readonly all: number[]; readonly one: number[] } = { all: [], one: [] };
  for (let round = 2; round < 2 + rounds; round += 1) {
    times.all.push(
      await release(scene, { tag: `all-${round}`, chain: eight(shop, `${round}`, `${round}`), changed: all }),
    );
    times.one.push(
      await release(scene, { tag: `one-${round}`, chain: eight(shop, `${round}b`, `${round}`), changed: 1 }),
    );
  }
  report({
    name: 'one_of_8_services_changed_vs_all',
    value: median(times.one) / median(times.all),
    unit: 'ratio',
    peer: 'all eight changed, ms',
    peerValue: median(times.all),
  });
  report({ name: 'one_of_8_services_changed_ms', value: median(times.one), unit: 'ms' });
}

interface Change {
  readonly tag: string;
  readonly chain: Chain;
  /** So many services. */
  readonly changed: number;
  /** Tasks that start besides those of the services: the first release brings the mesh. */
  readonly others?: number;
}

/** Milliseconds of the deploy. */
async function release(scene: Scene, { tag, chain, changed, others = 0 }: Change): Promise<number> {
  const { shop } = scene;
  await addChain(shop, {
    tag,
    chain,
    suites: true,
    // Each deploy goes into empty slots.
    rollout: { deadline: '2m', drain: '1s', keepWarm: '0s' },
  });
  const before = { images: await images(shop), tasks: await tasks(shop) };
  const suites = new Set<string>();
  const ms = await timed(async () => {
    const { outcome, message, services } = await deploy(scene, tag, (event) => {
      if (event.kind === 'line' && event.source.startsWith('suite ')) suites.add(event.source);
    });
    assert.equal(outcome, 'done', message);
    assert.equal(services.length, changed, 'services moved');
  });
  const built = (await images(shop)).filter((id) => !before.images.includes(id));
  const started = (await tasks(shop)).filter((id) => !before.tasks.includes(id));
  assert.deepEqual(
    { built: built.length, tested: suites.size, started: started.length },
    { built: changed, tested: changed, started: changed + others },
  );
  await untilSettled(shop);
  return ms;
}

async function nothing(scene: Scene, report: Report): Promise<void> {
  const tag = `one-${1 + rounds}`;
  const before = { images: await images(scene.shop), tasks: await tasks(scene.shop) };
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1)
    times.push(
      await timed(async () => {
        const { outcome, message } = await deploy(scene, tag);
        assert.equal(outcome, 'unchanged', message);
      }),
    );
  assert.deepEqual({ images: await images(scene.shop), tasks: await tasks(scene.shop) }, before);
  report({ name: 'nothing_changed_ms', value: median(times), unit: 'ms' });
}

/** Asked of `web`, which calls `orders`: as it always does, and past the mesh. */
async function callsInside({ shop }: Scene, report: Report): Promise<void> {
  const { active = 'blue' } = (await shop.ledger.routes.read()).value.routes['orders'] ?? {};
  const direct = `http://tasks.${slotServiceName(shop.stack, 'orders', active)}:3001/hello`;
  const through = 'http://orders:3001/hello';
  const measured = async (url: string): Promise<number> => {
    const query = new URLSearchParams({ url, calls: '400' }).toString();
    const { text, status } = await ask({ url: `${shop.url}/measure?${query}` });
    assert.equal(status, 200, text);
    return Number(text);
  };
  const times: { readonly mesh: number[]; readonly task: number[] } = { mesh: [], task: [] };
  for (let round = 0; round < 5; round += 1) {
    times.mesh.push(await measured(through));
    times.task.push(await measured(direct));
  }
  report({
    name: 'mesh_overhead_p50_ms',
    value: median(times.mesh) - median(times.task),
    unit: 'ms',
    peer: 'the same call without the mesh, ms',
    peerValue: median(times.task),
  });
}

function deploy(
  { shop, agent }: Scene,
  ref: string,
  onEvent: (event: AgentEvent) => void = () => undefined,
): Promise<RolloutResult> {
  const params = { folder: shop.folder, environment: 'dev', ref, hold: false };
  return agent.api.request('deploy', params, { signal: new AbortController().signal, onEvent });
}

/** Ids of the images built for this project. */
async function images({ swarm, stack }: Shop): Promise<readonly string[]> {
  return (await swarm.images.list({ [labels.stack]: stack })).map(({ id }) => id).sort();
}

async function removeImages({ swarm, stack }: Shop): Promise<void> {
  for (const { tags } of await swarm.images.list({ [labels.stack]: stack }))
    for (const tag of tags) await swarm.images.untag(tag);
}

/** Ids of the tasks of slots, edges and the rest, that there are or were. */
async function tasks({ swarm, stack }: Shop): Promise<readonly string[]> {
  const services = await swarm.services.list({ [labels.stack]: stack });
  const each = await Promise.all(services.map(({ name }) => swarm.tasks.list({ service: name })));
  return each
    .flat()
    .map(({ id }) => id)
    .sort();
}

async function untilSettled({ ledger }: Shop): Promise<void> {
  await eventually(
    async () => {
      const { slots, claims } = (await ledger.routes.read()).value;
      assert.equal(Object.keys(slots).length, all, 'the old slots are not emptied');
      assert.deepEqual(claims, {});
    },
    { withinMs: 90_000 },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bench((line) => console.log(JSON.stringify(line)));
