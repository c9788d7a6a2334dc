/** `environment:`, `labels:`, `args:`: a map, or a list of `KEY=VALUE`. */
import type { Field } from './compose-field.ts';
import type { Variables } from './interpolate.ts';

export interface Pair {
  readonly name: string;
  /** `undefined`: a name alone, without `=`. */
  readonly value: string | undefined;
  readonly field: Field;
}

export function readPairs(field: Field): readonly Pair[] {
  const pairs = field.tree.kind === 'list' ? field.items().flatMap(listPair) : mapPairs(field);
  const unique = new Map(pairs.map((pair) => [pair.name, pair]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A name alone takes its value from the variables; where there is none it stays `undefined`, with a warning. */
export function fillIn(pairs: readonly Pair[], variables: Variables): readonly Pair[] {
  return pairs.map((pair) => {
    if (pair.value !== undefined) return pair;
    const value = Object.hasOwn(variables, pair.name) ? variables[pair.name] : undefined;
    if (value !== undefined) return { ...pair, value };
    pair.field.warning({
      code: 'compose.variable-unset',
      message: `it takes its value from the variable ${pair.name}, which is not set.`,
      hint: `Set ${pair.name} in the environment's "variables:" or in the shell, or write a value.`,
    });
    return pair;
  });
}

function mapPairs(field: Field): readonly Pair[] {
  return field.entries().flatMap(([name, value]): readonly Pair[] => {
    if (value.isEmpty) return [{ name, value: undefined, field: value }];
    const text = pairText(value);
    return text === undefined || !isName(name, value) ? [] : [{ name, value: text, field: value }];
  });
}

function listPair(item: Field): readonly Pair[] {
  const text = item.text('Write KEY=VALUE, or KEY alone to take the value from the variables.');
  if (text === undefined) return [];
  const end = text.indexOf('=');
  const name = end < 0 ? text : text.slice(0, end);
  return isName(name, item) ? [{ name, value: end < 0 ? undefined : text.slice(end + 1), field: item }] : [];
}

function isName(name: string, field: Field): boolean {
  if (name !== '' && !/[\s=\0]/.test(name)) return true;
  field.errorAtKey({
    code: 'compose.invalid-value',
    message: 'there is no usable name before the value.',
    hint: 'Write KEY=VALUE or KEY: value, with a name without spaces.',
  });
  return false;
}

function pairText(field: Field): string | undefined {
  const scalar = field.scalar;
  if (typeof scalar?.value === 'string') return scalar.value;
  if (typeof scalar?.value === 'number') return numberText(field, scalar.value, scalar.source);
  // Docker refuses a bare true or yes as well: YAML readers do not agree on what they are.
  field.error({
    code: 'compose.invalid-value',
    message: scalar ? `${scalar.source} is not text.` : 'a map or a list is not a value here.',
    hint: scalar ? `Put it in quotes: "${scalar.source}".` : 'Write one text.',
  });
  return undefined;
}

/** YAML reads `1.10` as the number 1.1, and Docker passes that on: somebody meant something else. */
function numberText(field: Field, value: number, source: string): string {
  if (/^-?(?:0|[1-9]\d*)$/.test(source)) return source;
  const text = String(value);
  if (text !== source)
    field.warning({
      code: 'compose.number-changes',
      message: `YAML reads ${source} as the number ${text}.`,
      hint: `Put it in quotes if it is meant as it is written: "${source}".`,
    });
  return text;
}
