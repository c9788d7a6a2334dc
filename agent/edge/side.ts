/**
 * The two sides of an environment: users come in through edges, services call each other through the mesh, which is
 * the same program with the same state. Which of the two has to do with which service. Pure.
 */
import type { ServiceRouting } from './routing.ts';

export const sides = ['outside', 'inside'] as const;
export type Side = (typeof sides)[number];

/** What of a service decides it. */
export type Reach = Pick<ServiceRouting, 'inside' | 'onlyInside' | 'unlisted'>;

/** Whether that side knows the service's slots, and sees whether they are healthy. */
export function serves(service: Reach, side: Side): boolean {
  return side === 'inside' ? service.inside !== undefined : service.onlyInside !== true;
}

/** Whether somebody on that side has an address for it; then a probe has one as well. */
export function answersFor(service: Reach, side: Side): boolean {
  return serves(service, side) && (side === 'inside' || service.unlisted !== true);
}
