/**
 * A condition as "all of these, or all of those, …": what Unleash's strategies can say, each of which has constraints
 * that all have to hold. Pure.
 */
import type { Condition, Test } from '../../swarm/ledger/flag-definition.ts';

export interface Literal {
  readonly attribute: string;
  readonly test: Test;
  readonly not: boolean;
}

/** All of its literals hold. */
export type Conjunction = readonly Literal[];
/** One of them holds: none is "never", an empty one is "always". */
export type Alternatives = readonly Conjunction[];

export const always: Alternatives = [[]];
const never: Alternatives = [];

/** More would not help anybody who reads them. */
export const mostAlternatives = 64;

/** `undefined`: there are too many. */
export function alternativesOf(condition: Condition, isNot = false): Alternatives | undefined {
  if ('not' in condition) return alternativesOf(condition.not, !isNot);
  if ('attribute' in condition)
    return [[{ attribute: condition.attribute, test: condition.test, not: isNot }]];
  const parts = 'all' in condition ? condition.all : condition.any;
  // De Morgan: "not all of them" is "one of them is not".
  const together = 'all' in condition !== isNot;
  let found: Alternatives = together ? always : never;
  for (const part of parts) {
    const some = alternativesOf(part, isNot);
    const next = some && (together ? both(found, some) : [...found, ...some]);
    if (next === undefined || next.length > mostAlternatives) return undefined;
    found = next;
  }
  return found;
}

/** `undefined`: there are too many. */
export function both(a: Alternatives, b: Alternatives): Alternatives | undefined {
  if (a.length * b.length > mostAlternatives) return undefined;
  return a.flatMap((one) => b.map((other) => [...one, ...other]));
}
