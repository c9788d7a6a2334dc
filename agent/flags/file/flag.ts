/** One flag of a flags file, as one environment has it. */
import { entryOf, type Entry, type MapTree } from '../../config/yaml-tree.ts';
import { flagKeyPattern, flagKinds, type FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import {
  behaviourKeys,
  ofThis,
  partsOf,
  readBehaviour,
  type BehaviourOptions,
  type Parts,
} from './behaviour.ts';
import type { Segments } from './conditions.ts';
import {
  below,
  checkKeys,
  isA,
  isMisspelt,
  mapOf,
  missing,
  switchOf,
  textOf,
  valueOf,
  wordOf,
  wrong,
  absent,
  type Reading,
} from './fields.ts';
import { readShape, shapeKeys } from './shape.ts';

const shown = ['description', 'owner', 'kind', 'expires'];
const flagKeys = [...shown, ...shapeKeys, ...behaviourKeys, 'needs', 'environments'];

const longestText = 500;
const example = 'free-delivery: { description: No delivery costs this week }';

export interface FlagReading {
  readonly segments: Segments;
  readonly environment: string;
}

/** `undefined`: what is wrong is in the report. */
export function readFlag(
  { key, at, value }: Entry,
  top: Reading,
  options: FlagReading,
): FlagDefinition | undefined {
  const reading = below(top, key);
  if (!flagKeyPattern.test(key)) {
    const name = JSON.stringify(key.slice(0, 120));
    const hint =
      'Write words of letters and digits, joined by "-", "_" or ".", at most 100 characters: free-delivery.';
    top.report.error(at, {
      code: 'flags.invalid-key',
      message: `${top.where}: ${name} cannot be the key of a flag.`,
      hint,
    });
    return undefined;
  }
  const map = mapOf(value, reading, `Say at least what it does: ${example}.`);
  if (!map) return undefined;
  checkKeys(map, flagKeys, reading);
  if (!entryOf(map, 'description') && !isMisspelt(map, 'description', flagKeys))
    reading.report.error(at, missing(reading, 'description', 'Say in a few words what it changes for whom.'));
  const about = readAbout(map, reading);
  const shape = readShape({ map, reading, known: flagKeys });
  if (!shape) return undefined;
  const context = { key, variants: shape.names, off: shape.off };
  const inner = { ...options, context };
  const parts = ofThis(partsOf(map, reading), readOwn(map, reading, inner));
  const behaviour = readBehaviour(parts, inner);
  if (shape.type !== 'boolean' && !parts('on'))
    absent(
      { map, reading, known: flagKeys },
      'on',
      `Name the variant that is served while it is on: on: ${shape.names[0] ?? 'a'}.`,
    );
  const needs = readNeeds(map, reading);
  return { key, ...about, ...shape.written, ...behaviour, ...(needs.length > 0 && { needs }) };
}

type About = Pick<FlagDefinition, 'description' | 'owner' | 'kind' | 'expires'>;

function readAbout(map: MapTree, reading: Reading): About {
  const description = readText(map, 'description', reading, 'Say in a few words what it changes for whom.');
  const owner = readText(map, 'owner', reading, 'Name a person or a team: shop-team.');
  const kindEntry = entryOf(map, 'kind');
  const kind = kindEntry && wordOf(kindEntry, flagKinds, reading);
  const expires = readDay(map, reading);
  return {
    description: description ?? '',
    owner: owner ?? null,
    ...(kind !== undefined && { kind }),
    ...(expires !== undefined && { expires }),
  };
}

function readText(map: MapTree, key: string, reading: Reading, hint: string): string | undefined {
  const value = valueOf(map, key);
  if (!value) return undefined;
  const text = (textOf(value) ?? '').trim();
  if (text !== '' && text.length <= longestText) return text;
  const isEmpty = value.kind === 'scalar' && value.value === null;
  const long = text.length > longestText ? `is longer than ${longestText} characters` : 'is not text';
  return wrong(below(reading, key), value.at, isEmpty ? 'is empty' : long, hint);
}

function readDay(map: MapTree, reading: Reading): string | undefined {
  const value = valueOf(map, 'expires');
  if (!value) return undefined;
  const text = textOf(value) ?? '';
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && isRealDay(text)) return text;
  return wrong(below(reading, 'expires'), value.at, isA(value), 'Write a day: 2027-03-01.');
}

function isRealDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Other environments' parts are read as well: a mistake in them is found on the first deploy, to wherever. */
function readOwn(map: MapTree, reading: Reading, options: BehaviourOptions & FlagReading): Parts | undefined {
  const entry = entryOf(map, 'environments');
  if (!entry) return undefined;
  const here = below(reading, 'environments');
  const tree = mapOf(entry.value, here, 'Write: environments: { production: { default: off } }.');
  let own: Parts | undefined;
  for (const { key, value } of tree?.entries ?? []) {
    const inner = below(here, key);
    const part = mapOf(value, inner, `Write any of ${behaviourKeys.join(', ')}.`);
    if (!part) continue;
    checkKeys(part, behaviourKeys, inner);
    if (key === options.environment) own = partsOf(part, inner);
    else readBehaviour(partsOf(part, inner), options);
  }
  return own;
}

function readNeeds(map: MapTree, reading: Reading): NonNullable<FlagDefinition['needs']> {
  const entry = entryOf(map, 'needs');
  if (!entry) return [];
  const here = below(reading, 'needs');
  const tree = mapOf(entry.value, here, 'Write: needs: { new-basket: on }.');
  return (tree?.entries ?? []).flatMap(({ key, value }): NonNullable<FlagDefinition['needs']> => {
    if (switchOf(value) === true) return [{ flag: key, variants: null }];
    const names = (value.kind === 'list' ? value.items : [value]).map(textOf);
    if (names.length > 0 && names.every((name) => name !== undefined))
      return [{ flag: key, variants: names }];
    wrong(
      below(here, key),
      value.at,
      isA(value),
      'Write on, or the variants that will do: [quick, classic].',
    );
    return [];
  });
}
