/** Overlay networks. */
import * as z from 'zod';
import { hasCode } from '../common/errors.ts';
import { labels as names } from '../common/names.ts';
import { orUndefined, request, type Calls } from './calls.ts';
import { foreignNetwork, networkNotAllocated, noFreeSubnet, subnetTaken } from './failures.ts';
import { whileInUse } from './in-use.ts';
import type { NetworkObject, NetworkOptions, Swarm } from './port.ts';
import { labelFilter, labelMap, listOf } from './shapes.ts';
import { freeSubnet, subnetsOverlap } from './subnets.ts';

type Labels = Readonly<Record<string, string>>;

const network = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Scope: z.string(),
    Driver: z.string().default(''),
    Containers: z.unknown(),
    Internal: z.boolean().default(false),
    Attachable: z.boolean().default(false),
    Labels: labelMap,
    Options: z.record(z.string(), z.string()).nullish(),
    IPAM: z.object({ Config: listOf(z.object({ Subnet: z.string().default('') })) }).nullish(),
  })
  .transform((answer) => ({
    id: answer.Id,
    name: answer.Name,
    scope: answer.Scope,
    overlay: answer.Scope === 'swarm' && answer.Driver === 'overlay',
    // The cluster's answer for a network has no containers; this node's own has, and is shown only when the
    // cluster has no such network any more: its last tasks are still leaving.
    leaving: typeof answer.Containers === 'object' && answer.Containers !== null,
    labels: answer.Labels,
    encrypted: Object.hasOwn(answer.Options ?? {}, 'encrypted'),
    internal: answer.Internal,
    attachable: answer.Attachable,
    options: answer.Options ?? {},
    subnets: (answer.IPAM?.Config ?? []).map((config) => config.Subnet).filter((subnet) => subnet !== ''),
  }));
type Network = z.infer<typeof network>;

/** How long Swarm's allocator may take; it needs milliseconds, but not on a manager that has just started. */
const allocationMs = 5_000;
/** Longer than Docker's default stop grace of 10 s. */
const leavingMs = 15_000;
const pollMs = 30;

export function openNetworks(calls: Calls, hostSubnets: () => Promise<readonly string[]>): Swarm['networks'] {
  const listAll = (labels: Labels): Promise<readonly Network[]> =>
    calls.read(
      'list the networks',
      (docker, abortSignal) => docker.listNetworks({ filters: labelFilter(labels), abortSignal }),
      listOf(network),
    );

  const remove = (id: string): Promise<void> =>
    whileInUse(calls, () =>
      calls.repeat(
        `remove the network ${id}`,
        orUndefined((docker, abortSignal) => docker.getNetwork(id).remove({ abortSignal })),
      ),
    );

  return {
    list: async (labels) =>
      (await listAll(labels)).map((found): NetworkObject => ({
        id: found.id,
        name: found.name,
        labels: found.labels,
        encrypted: found.encrypted,
        overlay: found.overlay,
        subnets: found.subnets,
        internal: found.internal,
        attachable: found.attachable,
        options: found.options,
      })),
    ensure: (name, labels, options = {}) =>
      ensureNetwork({ calls, hostSubnets, listAll, remove, options }, name, labels),
    remove,
  };
}

interface Room {
  readonly calls: Calls;
  readonly hostSubnets: () => Promise<readonly string[]>;
  readonly listAll: (labels: Labels) => Promise<readonly Network[]>;
  readonly remove: (id: string) => Promise<void>;
  readonly options: NetworkOptions;
}

/**
 * Swarm accepts a subnet that somebody else has and then leaves the network without addresses for ever, its
 * tasks pending. So a network counts only once it has its subnet; one that does not get it is made again.
 */
async function ensureNetwork(room: Room, name: string, labels: Labels): Promise<string> {
  const refused: string[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    const all = await room.listAll({});
    const existing = all.find((found) => found.name === name);
    if (existing && !isOurs(existing, labels)) throw foreignNetwork(name, existing.id);
    if (existing?.leaving && (await hasLeft(room, existing.id))) continue;
    const taken = [...refused, ...all.flatMap((found) => found.subnets)];
    const subnets = room.options.subnets ?? [await freeSubnetFor(room, name, taken)];
    if (room.options.subnets && !existing) requireFree(name, subnets, all);
    const id = existing?.id ?? (await create(room, name, subnets, labels));
    if (id === undefined) continue;
    const outcome = await allocation(room, id, existing ? [] : subnets);
    if (outcome === 'allocated') return id;
    if (outcome === 'refused') {
      await room.remove(id);
      refused.push(...subnets);
    }
  }
  throw networkNotAllocated(name);
}

async function freeSubnetFor(room: Room, name: string, taken: readonly string[]): Promise<string> {
  const subnet = freeSubnet(name, taken, await room.hostSubnets());
  if (subnet === undefined) throw noFreeSubnet(name);
  return subnet;
}

/** Somebody wants just these: another one would not do. */
function requireFree(name: string, subnets: readonly string[], all: readonly Network[]): void {
  for (const other of all)
    for (const subnet of subnets)
      if (other.subnets.some((taken) => subnetsOverlap(taken, subnet)))
        throw subnetTaken(name, subnet, other.name);
}

function isOurs(existing: Network, labels: Labels): boolean {
  return existing.scope === 'swarm' && existing.labels[names.stack] === labels[names.stack];
}

/** Waits until a network that was removed is gone from this node too; false when it stays. */
async function hasLeft({ calls, listAll }: Room, id: string): Promise<boolean> {
  const deadline = calls.clock.monotonic() + leavingMs;
  while (calls.clock.monotonic() < deadline) {
    if (!(await listAll({})).some((found) => found.id === id && found.leaving)) return true;
    await calls.clock.sleep(pollMs);
  }
  return false;
}

/** The id; `undefined` when the name appeared meanwhile, or when it is not known whether it was created. */
async function create(
  { calls, options }: Room,
  name: string,
  subnets: readonly string[],
  labels: Labels,
): Promise<string | undefined> {
  const driverOptions = { ...options.options, ...(options.encrypted ? { encrypted: 'true' } : {}) };
  const body = {
    Name: name,
    Driver: 'overlay',
    Attachable: options.attachable ?? false,
    Internal: options.internal ?? false,
    CheckDuplicate: true,
    Labels: labels,
    ...(Object.keys(driverOptions).length > 0 ? { Options: driverOptions } : {}),
    IPAM: { Driver: 'default', Config: subnets.map((Subnet) => ({ Subnet })) },
  };
  try {
    const made = await calls.once(
      `create the network ${name}`,
      (docker, abortSignal) => docker.createNetwork({ Name: name, ...request(body, abortSignal) }),
      z.object({ id: z.string() }),
    );
    return made.id;
  } catch (error) {
    if (hasCode(error, 'swarm.conflict', 'engine.unreachable')) return undefined;
    throw error;
  }
}

/** `wanted`: the subnets that were asked for; refused at once when another network turns out to have one of them. */
async function allocation(
  { calls, listAll }: Room,
  id: string,
  wanted: readonly string[],
): Promise<'allocated' | 'refused' | 'gone'> {
  const deadline = calls.clock.monotonic() + allocationMs;
  for (;;) {
    const all = await listAll({});
    const ours = all.find((found) => found.id === id);
    if (!ours) return 'gone';
    if (ours.subnets.length > 0) return 'allocated';
    const others = all.filter((found) => found.id !== id).flatMap((found) => found.subnets);
    if (wanted.some((subnet) => others.some((other) => subnetsOverlap(other, subnet)))) return 'refused';
    if (calls.clock.monotonic() > deadline) return 'refused';
    await calls.clock.sleep(pollMs);
  }
}
