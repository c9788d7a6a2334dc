/** What LaunchDarkly's flags are made of, in both directions: https://apidocs.launchdarkly.com and what its SDKs load. */
import type { Json } from '../../common/json.ts';
import type { Condition, Rule, Test } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid } from './imported.ts';

export interface Clause {
  readonly attribute: string;
  readonly op: string;
  readonly values: readonly Json[];
  readonly negate: boolean;
  readonly contextKind: string;
}

/** Weights are of this. */
export const wholeWeight = 100_000;

export const comparisons = {
  '>': 'greaterThan',
  '>=': 'greaterThanOrEqual',
  '<': 'lessThan',
  '<=': 'lessThanOrEqual',
} as const;

export const versions = { '=': 'semVerEqual', '<': 'semVerLessThan', '>': 'semVerGreaterThan' } as const;

const ownWords = ['key', 'kind', targetingKey];

/** `user.plan` is `/user/plan` there, and the user itself is `key`. */
export function referenceOf(attribute: string): string {
  if (attribute === targetingKey) return 'key';
  if (ownWords.includes(attribute))
    throw new Unsaid(`it asks for ${attribute}, which is LaunchDarkly's own word for something else`);
  return attribute.includes('.') ? `/${attribute.replaceAll('.', '/')}` : attribute;
}

const partPattern = /^[A-Za-z0-9_-]+$/;

export function attributeOf(reference: string): string {
  if (reference === 'key' || reference === '/key') return targetingKey;
  const parts = reference.startsWith('/') ? reference.slice(1).split('/') : [reference];
  if (!parts.every((part) => partPattern.test(part)))
    throw new Unsaid(`no attribute can be called ${JSON.stringify(reference)} here`);
  const attribute = parts.join('.');
  if (ownWords.includes(attribute))
    throw new Unsaid(`it asks for ${attribute}, which is none of a user here`);
  return attribute;
}

/** What is asked nearly the same there: of texts that read like numbers, and of versions that are written otherwise. */
export function differencesOf(rules: readonly Rule[]): readonly string[] {
  const found = rules.flatMap(({ when }) => testsOf(when)).map(differenceOf);
  return [...new Set(found.filter((one) => one !== undefined))];
}

function testsOf(condition: Condition): readonly Test[] {
  if ('test' in condition) return [condition.test];
  if ('not' in condition) return testsOf(condition.not);
  return ('all' in condition ? condition.all : condition.any).flatMap(testsOf);
}

function differenceOf({ op }: Test): string | undefined {
  if (op === '>' || op === '>=' || op === '<' || op === '<=')
    return 'a number that a service sends as a text compares here, and in LaunchDarkly it does not';
  if (op === 'semver')
    return 'a version that a service sends with a v in front, or as a number, compares here, and in LaunchDarkly it does not';
  return undefined;
}

export const bucketsDiffer =
  'buckets differ: as many users are in its shares as before, but not the same ones';
