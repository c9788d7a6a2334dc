/** What must hold in an environment after any accident, asked of the ledger, the Swarm and the edge. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { labels, slotServiceName, parseSlotKey, type Colour } from '../../agent/common/names.ts';
import { phaseName } from '../../agent/release/machine.ts';
import { isEnded } from '../../agent/swarm/ledger/rollout.ts';
import type { Task } from '../../agent/swarm/port.ts';
import { output } from '../../scripts/command.ts';
import type { Load } from '../support/load.ts';
import { ask } from '../support/ask.ts';
import { eventually } from '../support/eventually.ts';
import type { Shop } from '../support/shop.ts';

/** No service in a slot that the ledger does not name and none missing, no claim, no lock, nothing half done. */
export async function nothingIsLeftOver(shop: Shop): Promise<void> {
  const { value: routes } = await shop.ledger.routes.read();
  const named = Object.keys(routes.slots).map((key) => {
    const { service, colour } = parseSlotKey(key) ?? { service: key, colour: 'blue' as Colour };
    return slotServiceName(shop.stack, service, colour);
  });
  const there = await shop.swarm.services.list({ [labels.stack]: shop.stack, [labels.object]: 'slot' });
  assert.deepEqual(
    there.map(({ name }) => name).sort(),
    named.sort(),
    'slots in the Swarm and in the ledger',
  );
  for (const object of ['suite', 'release-command']) {
    const runs = await shop.swarm.services.list({ [labels.stack]: shop.stack, [labels.object]: object });
    assert.deepEqual(runs, [], `tasks of kind ${object}`);
  }
  assert.deepEqual(routes.claims, {}, 'claims');
  assert.equal(routes.lock.holder, undefined, 'the lock');
  for (const { value } of await shop.ledger.journals.list()) {
    const { name } = value.state.phase;
    const quiet = isEnded(value.state) || name === 'settling';
    assert.ok(quiet, `the rollout ${value.head.id} is still ${phaseName(value.state.phase)}`);
  }
}

/** Waits until `tag` has all the traffic by the ledger, the edge answers with it and nothing is half done. */
export async function comesToRestOn(shop: Shop, tag: string, withinMs = 60_000): Promise<void> {
  await isLiveAtRest(shop, tag, withinMs);
  assert.equal(await answering(shop), tag, 'what answers');
}

/** The same, without asking the edge. */
export async function isLiveAtRest(shop: Shop, tag: string, withinMs = 60_000): Promise<void> {
  await eventually(
    async () => {
      assert.equal(await liveTag(shop), tag, 'live by the ledger');
      await nothingIsLeftOver(shop);
    },
    { withinMs, everyMs: 250 },
  );
}

/** The tag of the release that has all the traffic of `web`. */
export async function liveTag(shop: Shop): Promise<string | undefined> {
  const { routes, slots } = (await shop.ledger.routes.read()).value;
  const route = routes['web'];
  if (!route) return undefined;
  assert.equal(route.canary, 0, 'share of the other slot');
  const number = slots[`web-${route.active}`];
  const release = number === undefined ? undefined : await shop.ledger.releases.get(number);
  return release?.tag ?? undefined;
}

/** The version that answers at the edge, as a tag. */
export async function answering(shop: Shop): Promise<string> {
  const { status, headers, text } = await ask({ url: shop.url, headers: { host: 'shop.localhost' } });
  assert.equal(status, 200, `an answer with HTTP ${status}: ${text.slice(0, 200)}`);
  return `v${String(headers['x-shop-version'])}`;
}

/** Ids of the running tasks of the slot that has the traffic, sorted. */
export async function activeTasks(shop: Shop): Promise<readonly string[]> {
  const { routes } = (await shop.ledger.routes.read()).value;
  const active = routes['web']?.active;
  assert.ok(active, 'web has a slot with traffic');
  const tasks = await shop.swarm.tasks.list({ service: slotServiceName(shop.stack, 'web', active) });
  return tasks
    .filter(isRunning)
    .map(({ id }) => id)
    .sort();
}

/** The container of the one running task of a service; waits for it. */
export async function runningContainer(shop: Shop, service: string): Promise<string> {
  return eventually(async () => {
    const task = (await shop.swarm.tasks.list({ service })).find(isRunning);
    assert.ok(task?.containerId !== undefined, `a running task of ${service}`);
    return task.containerId;
  });
}

/** What a program prints that Node runs in a container. */
export async function programIn(shop: Shop, container: string, program: string): Promise<string> {
  const exec = await shop.test.docker.getContainer(container).exec({
    Cmd: ['node', '--input-type=module', '-e', program],
    AttachStdout: true,
    AttachStderr: true,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of await exec.start({})) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export function noFailure(load: Load | undefined): void {
  assert.ok(load, 'there is a load');
  const { failed, failures, requests } = load.stats();
  assert.ok(requests > 0, 'there was traffic');
  assert.equal(failed, 0, `failed of ${requests} requests: ${failures.join(', ')}`);
}

const isRunning = (task: Task): boolean => task.state === 'running' && task.desired === 'running';

/** One more good version in the shop's repository: that of `from` under another number. */
export async function addVersion(
  { folder }: Shop,
  { from, tag, change }: { readonly from: string; readonly tag: string; readonly change?: VersionChange },
): Promise<void> {
  const git = (...args: readonly string[]) => output('git', [...identity, ...args], { cwd: folder });
  await git('checkout', '-q', from);
  await rewrite(folder, 'package.json', (text) => text.replace(/("version": ")[^"]+/, `$1${tag.slice(1)}`));
  if (change) await rewrite(folder, change.file, change.edit);
  await git('commit', '-q', '-a', '-m', `Version ${tag}`);
  await git('tag', tag);
  await git('checkout', '-q', 'main');
}

export interface VersionChange {
  readonly file: string;
  readonly edit: (text: string) => string;
}

const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost'];

async function rewrite(folder: string, name: string, edit: (text: string) => string): Promise<void> {
  const file = path.join(folder, name);
  const before = await readFile(file, 'utf8');
  const after = edit(before);
  assert.notEqual(after, before, `${name} was to be changed`);
  await writeFile(file, after);
}
