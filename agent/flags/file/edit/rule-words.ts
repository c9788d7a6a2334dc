/** Rules of a flags file in words, as they are written there: segments by their names. Pure. */
import { isJsonObject, type Json } from '../../../common/json.ts';

const comparisons: Readonly<Record<string, string>> = {
  is: 'is',
  startsWith: 'starts with',
  endsWith: 'ends with',
  moreThan: 'is more than',
  atLeast: 'is at least',
  lessThan: 'is less than',
  atMost: 'is at most',
  version: 'is version',
};

/** What is not as it must be is shown as it is written: it may be half typed. */
export function conditionWords(condition: Json | undefined): string {
  if (!isJsonObject(condition)) return written(condition);
  const { segment, all, any, not, attribute } = condition;
  if (segment !== undefined) return `in segment ${written(segment)}`;
  if (Array.isArray(all)) return joined(all as readonly Json[], ' and ');
  if (Array.isArray(any)) return joined(any as readonly Json[], ' or ');
  if (not !== undefined) return `not (${conditionWords(not)})`;
  if (typeof attribute !== 'string') return written(condition);
  return testWords(attribute, condition);
}

function testWords(attribute: string, condition: Readonly<Record<string, Json>>): string {
  if (condition['exists'] === true) return `${attribute} is there`;
  const { in: values } = condition;
  if (Array.isArray(values)) return `${attribute} is one of ${listed(values as readonly Json[])}`;
  const [name, words] = Object.entries(comparisons).find(([key]) => condition[key] !== undefined) ?? [];
  const value = name === undefined ? undefined : condition[name];
  if (words === undefined || value === undefined) return written(condition);
  const text = Array.isArray(value) ? listed(value as readonly Json[], ' or ') : written(value);
  return `${attribute} ${words} ${text}`;
}

export function serveWords(serve: Json | undefined): string {
  if (!isJsonObject(serve) || !isJsonObject(serve['split'])) return written(serve);
  const shares = Object.entries(serve['split']).map(([variant, share]) => `${written(share)} ${variant}`);
  return `${shares.join(', ')} by ${written(serve['by'] ?? 'targetingKey')}`;
}

function joined(parts: readonly Json[], word: string): string {
  if (parts.length === 1) return conditionWords(parts[0]);
  return parts
    .map((part) => {
      const words = conditionWords(part);
      return isJsonObject(part) && ('all' in part || 'any' in part) ? `(${words})` : words;
    })
    .join(word);
}

function listed(values: readonly Json[], word = ', '): string {
  return values.map(written).join(word);
}

function written(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
