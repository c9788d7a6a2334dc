import { slotKey, type Colour } from '../../../agent/common/names.ts';
import type { Routing, ServiceRouting, SlotTarget } from '../../../agent/edge/routing.ts';

export function target(service: string, colour: Colour, change: Partial<SlotTarget> = {}): SlotTarget {
  return {
    slot: slotKey(service, colour),
    release: 1,
    port: 3000,
    health: '/healthz',
    replicas: 2,
    ...change,
  };
}

export function service(name: string, change: Partial<ServiceRouting> = {}): ServiceRouting {
  return {
    service: name,
    route: { active: 'blue', canary: 0 },
    hosts: [],
    slots: [target(name, 'blue')],
    cuts: [],
    ...change,
  };
}

export function routing(services: readonly ServiceRouting[], change: Partial<Routing> = {}): Routing {
  return { stack: 'shop-dev', object: 'ledger', version: 7, services, ...change };
}
