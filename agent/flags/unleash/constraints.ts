/**
 * Our questions as Unleash's constraints, where they ask the same of the same user. In Unleash a context is flat and
 * its attributes are texts. Pure.
 */
import { targetingKey } from '../model.ts';
import type { Literal } from './alternatives.ts';

export interface Constraint {
  readonly contextName: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly value?: string;
  readonly inverted: boolean;
}

export type Translated<T> = { readonly as: T } | { readonly refused: string };

const numbers = { '>': 'NUM_GT', '>=': 'NUM_GTE', '<': 'NUM_LT', '<=': 'NUM_LTE' } as const;
const versions = {
  '=': 'SEMVER_EQ',
  '>': 'SEMVER_GT',
  '>=': 'SEMVER_GTE',
  '<': 'SEMVER_LT',
  '<=': 'SEMVER_LTE',
} as const;
const wholeVersion = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

export function constraintOf({ attribute, test, not }: Literal): Translated<Constraint> {
  const contextName = fieldOf(attribute);
  if (contextName === undefined)
    return {
      refused: `it asks for ${attribute}, and Unleash's contexts have nothing inside of an attribute`,
    };
  const constraint = (operator: string, asked: Partial<Constraint>): Translated<Constraint> => ({
    as: { contextName, operator, values: [], ...asked, inverted: not },
  });
  switch (test.op) {
    case 'in':
      return withTexts(attribute, test.values, (values) => constraint('IN', { values }));
    case 'starts-with':
      return withTexts(attribute, test.texts, (values) => constraint('STR_STARTS_WITH', { values }));
    case 'ends-with':
      return withTexts(attribute, test.texts, (values) => constraint('STR_ENDS_WITH', { values }));
    case '>':
    case '>=':
    case '<':
    case '<=':
      return constraint(numbers[test.op], { value: String(test.number) });
    case 'semver': {
      const { is, version } = test;
      if (is === '!=' || is === '^' || is === '~')
        return { refused: `Unleash cannot compare versions with ${is}` };
      if (!wholeVersion.test(version))
        return { refused: `Unleash takes no version ${version}: three numbers` };
      return constraint(versions[is], { value: version });
    }
    case 'exists':
      return { refused: `Unleash cannot ask whether there is a ${attribute}` };
  }
}

/** What Unleash's contexts call it. */
export function fieldOf(attribute: string): string | undefined {
  if (attribute === targetingKey) return 'userId';
  return attribute.includes('.') ? undefined : attribute;
}

/** Unleash's SDKs drop spaces around values, and empty values. */
function withTexts(
  attribute: string,
  values: readonly (string | number | boolean)[],
  then: (values: readonly string[]) => Translated<Constraint>,
): Translated<Constraint> {
  const texts: string[] = [];
  for (const value of values) {
    if (typeof value !== 'string')
      return { refused: `it compares ${attribute} with ${value}, and Unleash's contexts have texts only` };
    if (value === '' || value !== value.trim())
      return { refused: `Unleash's SDKs drop spaces around "${value}"` };
    texts.push(value);
  }
  return then(texts);
}

/** Unleash's clock is the client's. `from` is the first millisecond, `until` the first one after. */
export function scheduleConstraints(
  schedule: { readonly from: number | null; readonly until: number | null } | undefined,
): readonly Constraint[] {
  const at = (operator: string, ms: number): Constraint => ({
    contextName: 'currentTime',
    operator,
    values: [],
    value: new Date(ms).toISOString(),
    inverted: false,
  });
  const { from = null, until = null } = schedule ?? {};
  return [
    ...(from === null ? [] : [at('DATE_AFTER', from - 1)]),
    ...(until === null ? [] : [at('DATE_BEFORE', until)]),
  ];
}
