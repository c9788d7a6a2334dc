/** Who answered a probe: pure parts. */
import { colours, parseSlotKey, slotKey, type SlotKey } from '../common/names.ts';
import type { Routing, ServiceRouting, SlotTarget } from '../edge/routing.ts';
import { answersFor, type Side } from '../edge/side.ts';
import { edgePorts } from '../edge/wire.ts';
import type { Ack, Answer } from '../swarm/ledger/acks.ts';
import type { Task } from '../swarm/port.ts';

export interface Probe {
  /** Key of the answer in the ledger: a service, or a slot. */
  readonly way: string;
  /** Who should answer. */
  readonly slot: SlotKey;
  /** Given to the edge to ask that slot instead of the one users get. */
  readonly colour: 'blue' | 'green' | undefined;
  /** As a visitor, or a service that calls it, would say it. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** What the app is asked for, where the way to it goes by another path. */
  readonly ask?: string;
}

/**
 * The ways to probe: as users go (or services, through the mesh) where a version is live, and each slot that is seen a
 * healthy server of.
 */
export function probesOf(routing: Routing, ack: Ack, side: Side): readonly Probe[] {
  const asked = routing.services.filter((service) => answersFor(service, side));
  return asked.flatMap((service): readonly Probe[] => {
    const door = doorOf(service, side);
    const filled = service.slots.filter((target) => (ack.slots[target.slot]?.healthy ?? 0) > 0);
    const active = service.route && slotKey(service.service, service.route.active);
    const live = filled.find((target) => target.slot === active);
    const ways = filled.map((target) => {
      const colour = colours.find((one) => target.slot === slotKey(service.service, one));
      return { way: target.slot, slot: target.slot, colour, ...door, ...targetOf(service, target, side) };
    });
    if (!live) return ways;
    const way = { way: service.service, slot: live.slot, colour: undefined, ...door };
    return [{ ...way, ...targetOf(service, live, side) }, ...ways];
  });
}

function doorOf({ service, hosts, inside = [] }: ServiceRouting, side: Side): Pick<Probe, 'host' | 'port'> {
  return side === 'inside'
    ? { host: service, port: inside[0] ?? 0 }
    : { host: hosts[0] ?? `${service}.tidegate.internal`, port: edgePorts.public };
}

/** As users go: by a path of the service, which need not be where its health is. Services have all of its paths. */
function targetOf(
  { paths }: ServiceRouting,
  { health }: SlotTarget,
  side: Side,
): Pick<Probe, 'path' | 'ask'> {
  const [path] = side === 'inside' ? [] : (paths ?? []);
  return path === undefined ? { path: health } : { path, ask: health };
}

export interface Answered {
  readonly slot: SlotKey;
  readonly release: number;
  readonly address: string;
}

/** Reads `<service>-<colour> <release> <address>`, the edge's header; `undefined` when it is not one. */
export function parseAnswer(header: string | undefined): Answered | undefined {
  const [, slot, release, address] = /^(\S+) (\d+) (\S*)$/.exec(header ?? '') ?? [];
  if (slot === undefined || address === undefined || !parseSlotKey(slot)) return undefined;
  return { slot: slot as SlotKey, release: Number(release), address };
}

/** `sha256:…` of the running task with that address; empty when there is none. */
export function digestAt(address: string, tasks: readonly Task[]): string {
  const task = tasks.find((one) => one.state === 'running' && one.addresses.includes(address));
  return /sha256:[0-9a-f]{64}/.exec(task?.image ?? '')?.[0] ?? '';
}

/** True when asking again later could give another, better answer. */
export function isUnsettled(probe: Probe, answer: Answer | undefined): boolean {
  return !answer || answer.digest === '' || answer.slot !== probe.slot || answer.status >= 400;
}

/** The address in the network this process shares with it; own: `address/prefix` of its interfaces. */
export function sharedAddress(addresses: readonly string[], own: readonly string[]): string | undefined {
  const networks = own.map((cidr) => {
    const [address = '', prefix = '32'] = cidr.split('/');
    const mask = Number(prefix) === 0 ? 0 : (-1 << (32 - Number(prefix))) >>> 0;
    return { mask, network: (toNumber(address) & mask) >>> 0 };
  });
  return addresses.find((address) =>
    networks.some(({ mask, network }) => (toNumber(address) & mask) >>> 0 === network),
  );
}

function toNumber(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}
