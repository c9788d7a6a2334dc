/** Constraints of Unleash as conditions that ask the same of the same user. Pure. */
import type { Json } from '../../common/json.ts';
import type { Condition, FlagDefinition, Test } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid } from './imported.ts';

export type Constraint = { readonly [key: string]: Json };

const numbers: Readonly<Record<string, '>' | '>=' | '<' | '<='>> = {
  NUM_GT: '>',
  NUM_GTE: '>=',
  NUM_LT: '<',
  NUM_LTE: '<=',
};
const versions: Readonly<Record<string, '=' | '>' | '>=' | '<' | '<='>> = {
  ...{ SEMVER_EQ: '=', SEMVER_GT: '>', SEMVER_GTE: '>=', SEMVER_LT: '<', SEMVER_LTE: '<=' },
};

/** Of what is no text: none. */
function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}

export function conditionOf(constraint: Constraint): Condition {
  const name = textOf(constraint['contextName']);
  const operator = textOf(constraint['operator']);
  if (constraint['caseInsensitive'] === true)
    throw new Unsaid(`it compares ${name} without regard to capitals`);
  const attribute = name === 'userId' ? targetingKey : name;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(attribute))
    throw new Unsaid(`no attribute can be called ${JSON.stringify(name)} here`);
  const isNot = (constraint['inverted'] === true) !== (operator === 'NOT_IN');
  const asked = { attribute, test: testOf(name, operator, constraint) };
  return isNot ? { not: asked } : asked;
}

function testOf(name: string, operator: string, constraint: Constraint): Test {
  const values = Array.isArray(constraint['values'])
    ? (constraint['values'] as readonly Json[]).map(String)
    : [];
  const value = constraint['value'];
  if (operator === 'IN' || operator === 'NOT_IN') return { op: 'in', values };
  if (operator === 'STR_STARTS_WITH') return { op: 'starts-with', texts: values };
  if (operator === 'STR_ENDS_WITH') return { op: 'ends-with', texts: values };
  const [number, is] = [numbers[operator], versions[operator]];
  if (number !== undefined && Number.isFinite(Number(value))) return { op: number, number: Number(value) };
  if (is !== undefined && typeof value === 'string') return { op: 'semver', is, version: value };
  throw new Unsaid(`it asks ${operator} of ${name}, which no flag here can`);
}

export interface Dated {
  readonly schedule: FlagDefinition['schedule'];
  /** What each strategy asks besides. */
  readonly rest: readonly (readonly Constraint[])[];
}

/** Times that all strategies have are a schedule; others cannot be said. */
export function scheduleOf(strategies: readonly (readonly Constraint[])[]): Dated {
  const isTime = (constraint: Constraint): boolean => textOf(constraint['operator']).startsWith('DATE_');
  const times = strategies.map((constraints) => constraints.filter(isTime));
  const rest = strategies.map((constraints) => constraints.filter((one) => !isTime(one)));
  const [first = []] = times;
  const written = (constraints: readonly Constraint[]): string =>
    JSON.stringify(
      constraints.map(({ contextName, operator, value, inverted }) => [
        contextName,
        operator,
        value,
        inverted === true,
      ]),
    );
  if (times.every((one) => one.length === 0)) return { schedule: undefined, rest };
  if (times.some((one) => written(one) !== written(first)))
    throw new Unsaid('its strategies hold at different times');
  let [from, until]: [number | null, number | null] = [null, null];
  for (const { contextName, operator, value, inverted } of first) {
    const at = Date.parse(textOf(value));
    if (contextName !== 'currentTime' || inverted === true || Number.isNaN(at))
      throw new Unsaid('it asks for a time in a way that no schedule says');
    // "After" begins behind that millisecond; a schedule, with its second.
    if (operator === 'DATE_AFTER') from = at + 1;
    else until = at;
  }
  return { schedule: { from, until }, rest };
}
