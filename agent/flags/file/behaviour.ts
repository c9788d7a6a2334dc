/** Who gets what of a flag, and when: what an environment may have of its own. */
import type { Json } from '../../common/json.ts';
import { entryOf, plainOf, type Entry, type MapTree, type Tree } from '../../config/yaml-tree.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { problemOfTargeting } from '../evaluate.ts';
import { mostConditions, readCondition, sizeOf, type Segments } from './conditions.ts';
import {
  below,
  checkKeys,
  isA,
  listOf,
  mapOf,
  missing,
  switchOf,
  textOf,
  valueOf,
  wrong,
  type Reading,
} from './fields.ts';
import { readServe, type ServeContext } from './serve.ts';

export const behaviourKeys = ['default', 'on', 'rules', 'schedule', 'targeting'];

export interface BehaviourOptions {
  readonly segments: Segments;
  readonly context: ServeContext;
}

type Behaviour = Pick<FlagDefinition, 'default' | 'on' | 'rules' | 'schedule' | 'targeting'>;

/** Parts by their keys, with where they are said. */
export type Parts = (key: string) => Found;

export function partsOf(map: MapTree, reading: Reading): Parts {
  return (key) => {
    const entry = entryOf(map, key);
    return entry && { entry, reading };
  };
}

/** What the environment says for itself goes before what the flag says for all. */
export function ofThis(whole: Parts, own: Parts | undefined): Parts {
  const ownWay = own?.('rules') ?? own?.('targeting');
  return (key) => {
    const isWay = key === 'rules' || key === 'targeting';
    return own?.(key) ?? (isWay && ownWay ? undefined : whole(key));
  };
}

export function readBehaviour(parts: Parts, { context, segments }: BehaviourOptions): Behaviour {
  const onAt = parts('on');
  const on = onAt && readServe(onAt.entry.value, below(onAt.reading, 'on'), context);
  const rules = readRules(parts('rules'), context, segments);
  const schedule = readSchedule(parts('schedule'));
  const targeting = readTargeting(parts('targeting'), rules.length > 0);
  return {
    default: readDefault(parts('default')),
    ...(on && { on }),
    ...(rules.length > 0 && { rules }),
    ...(schedule && { schedule }),
    ...(targeting !== undefined && { targeting }),
  };
}

type Found = { readonly entry: Entry; readonly reading: Reading } | undefined;

function readDefault(found: Found): boolean {
  if (!found) return false;
  const { value } = found.entry;
  const isOn = switchOf(value);
  if (isOn !== undefined) return isOn;
  const isEmpty = value.kind === 'scalar' && value.value === null;
  const hint = 'Write on or off; left out it is off. What it serves then is said by "on:" and "off:".';
  wrong(
    below(found.reading, 'default'),
    value.at,
    isEmpty ? 'is empty' : `${isA(value)}, neither on nor off`,
    hint,
  );
  return false;
}

function readRules(
  found: Found,
  context: ServeContext,
  segments: Segments,
): NonNullable<FlagDefinition['rules']> {
  if (!found) return [];
  const here = below(found.reading, 'rules');
  const hint = 'Write: rules: [{ when: { segment: staff }, serve: on }].';
  const rules = (listOf(found.entry.value, here, hint) ?? []).flatMap((tree, index) => {
    const rule = readRule(tree, below(here, index), context, segments);
    return rule ? [rule] : [];
  });
  if (rules.reduce((sum, { when }) => sum + sizeOf(when), 0) > mostConditions)
    wrong(
      here,
      found.entry.at,
      `are more than ${mostConditions} conditions when segments are written out`,
      'Name fewer.',
    );
  return rules;
}

function readRule(
  tree: Tree,
  reading: Reading,
  context: ServeContext,
  segments: Segments,
): NonNullable<FlagDefinition['rules']>[number] | undefined {
  const map = mapOf(tree, reading, 'Write: { when: { segment: staff }, serve: on }.');
  if (!map) return undefined;
  checkKeys(map, ['when', 'serve'], reading);
  const [asked, given] = [valueOf(map, 'when'), valueOf(map, 'serve')];
  if (!asked) reading.report.error(map.at, missing(reading, 'when', 'Say for whom it is.'));
  if (!given) reading.report.error(map.at, missing(reading, 'serve', 'Name the variant they get.'));
  const when = asked && readCondition(asked, below(reading, 'when'), segments);
  const serve = given && readServe(given, below(reading, 'serve'), context);
  return when && serve && { when, serve };
}

function readSchedule(found: Found): FlagDefinition['schedule'] {
  if (!found) return undefined;
  const here = below(found.reading, 'schedule');
  const hint =
    'Write: schedule: { from: 2027-03-01T08:00:00Z, until: 2027-03-08T08:00:00Z }; either may be left out.';
  const map = mapOf(found.entry.value, here, hint);
  if (!map) return undefined;
  checkKeys(map, ['from', 'until'], here);
  const [from, until] = [readTime(map, 'from', here), readTime(map, 'until', here)];
  if (from !== null && until !== null && from >= until)
    return wrong(here, found.entry.at, 'ends before it begins', hint);
  return from === null && until === null ? undefined : { from, until };
}

/** Milliseconds; a time without its zone would be another one on every machine. */
function readTime(map: MapTree, key: string, reading: Reading): number | null {
  const value = valueOf(map, key);
  if (!value) return null;
  const text = textOf(value) ?? '';
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  wrong(below(reading, key), value.at, isA(value), 'Write a time with its zone: 2027-03-01T08:00:00Z.');
  return null;
}

function readTargeting(found: Found, hasRules: boolean): Json | undefined {
  if (!found) return undefined;
  const here = below(found.reading, 'targeting');
  const { value } = found.entry;
  if (hasRules) return wrong(here, found.entry.at, 'is beside rules', 'Write the one or the other.');
  const map = mapOf(value, here, 'Write it as flagd has it: { if: [...] }.');
  if (!map) return undefined;
  const targeting = plainOf(map) as Json;
  const problem = problemOfTargeting(targeting);
  return problem === undefined
    ? targeting
    : wrong(here, value.at, problem, 'See https://flagd.dev/reference/flag-definitions.');
}
