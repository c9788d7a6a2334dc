/** What an environment runs, read from its ledger once: pure questions about it. */
import { otherColour, slotKey, type Colour } from '../common/names.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleasedService, ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';
import { releasesInSlots } from './edges.ts';

export interface Current {
  readonly routes: Stored<Routes>;
  /** Those that slots name. */
  readonly releases: ReadonlyMap<number, ReleaseRecord>;
}

export interface ActiveSlot {
  readonly colour: Colour;
  readonly release: number;
  readonly content: ReleasedService | undefined;
}

/** `asked`: the routes, where somebody has asked for them already. */
export async function readCurrent(ledger: Ledger, asked = ledger.routes.read()): Promise<Current> {
  const routes = await asked;
  return { routes, releases: await releasesInSlots(ledger, routes.value) };
}

export function slotContent(current: Current, service: string, colour: Colour): ReleasedService | undefined {
  const number = current.routes.value.slots[slotKey(service, colour)];
  return number === undefined ? undefined : current.releases.get(number)?.services[service];
}

export function activeSlot(current: Current, service: string): ActiveSlot | undefined {
  const { routes, slots } = current.routes.value;
  const route = routes[service];
  const release = route && slots[slotKey(service, route.active)];
  if (!route || release === undefined) return undefined;
  return { colour: route.active, release, content: slotContent(current, service, route.active) };
}

/** The colour the next release of a service goes to. */
export function targetColour(current: Current, service: string): Colour {
  const route = current.routes.value.routes[service];
  return route ? otherColour(route.active) : 'blue';
}

/** The release that is live: the newest that an active slot holds. */
export function liveRelease(current: Current): ReleaseRecord | undefined {
  const numbers = Object.keys(current.routes.value.routes).map(
    (service) => activeSlot(current, service)?.release ?? 0,
  );
  return current.releases.get(Math.max(0, ...numbers));
}
