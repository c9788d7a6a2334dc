/** Constraints of Unleash as conditions of a flags file, where they ask the same. */
import { isIP } from 'node:net';
import type { SpecConstraint } from './cases.ts';

/** A flags file cannot say it. */
export class Unsaid extends Error {}

export type Written = Readonly<Record<string, unknown>>;

export function conditionOf(constraint: SpecConstraint): Written {
  const { contextName, operator, inverted = false, caseInsensitive = false } = constraint;
  if (caseInsensitive) throw new Unsaid(`${operator} that ignores case`);
  const [name, negated] = operator === 'NOT_IN' ? (['IN', true] as const) : ([operator, false] as const);
  const asked = questionOf(constraint, name, attributeOf(contextName));
  return negated === inverted ? asked : { not: asked };
}

export function attributeOf(contextName: string): string {
  return contextName === 'userId' ? 'targetingKey' : contextName;
}

const comparisons = new Map([
  ['NUM_GT', 'moreThan'],
  ['NUM_GTE', 'atLeast'],
  ['NUM_LT', 'lessThan'],
  ['NUM_LTE', 'atMost'],
]);
const versions = new Map([
  ['SEMVER_EQ', '='],
  ['SEMVER_GT', '>'],
  ['SEMVER_GTE', '>='],
  ['SEMVER_LT', '<'],
  ['SEMVER_LTE', '<='],
]);

function questionOf(
  { values = [], value = '' }: SpecConstraint,
  operator: string,
  attribute: string,
): Written {
  const [comparison, version] = [comparisons.get(operator), versions.get(operator)];
  if (comparison !== undefined) return { attribute, [comparison]: Number(value) };
  if (version !== undefined) return { attribute, version: `${version}${value}` };
  switch (operator) {
    case 'IN':
      return { attribute, in: values };
    case 'STR_STARTS_WITH':
      return { attribute, startsWith: values };
    case 'STR_ENDS_WITH':
      return { attribute, endsWith: values };
    case 'NUM_EQ':
      return {
        all: [
          { attribute, atLeast: Number(value) },
          { attribute, atMost: Number(value) },
        ],
      };
    default:
      throw new Unsaid(operator);
  }
}

/** A flag's schedule, where the strategy asks for nothing but the time; begins and ends to the second. */
export function scheduleOf(constraints: readonly SpecConstraint[]): Written {
  const schedule: Record<string, string> = {};
  for (const { operator, value = '', inverted = false } of constraints) {
    if ((operator === 'DATE_AFTER') !== inverted)
      throw new Unsaid(
        `${inverted ? 'not ' : ''}${operator}: a schedule has its first moment, not the one before`,
      );
    schedule[operator === 'DATE_AFTER' || inverted ? 'from' : 'until'] = value.replace(/\.000/, '');
  }
  return schedule;
}

export function isDate({ operator }: SpecConstraint): boolean {
  return operator.startsWith('DATE_');
}

export function addresses(list: string): readonly string[] {
  return list.split(',').map((text) => {
    const address = text.trim();
    if (isIP(address) === 0) throw new Unsaid(`"${address}" among addresses`);
    return address;
  });
}
