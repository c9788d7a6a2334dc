/** What can be written at a place of tidegate.yaml, or of another file that has rules. Pure. */
import type { Completion } from '../../protocol/editing.ts';
import type { Position } from '../../protocol/validate.ts';
import { offsetOf, positionOf } from '../fix/layout.ts';
import { candidatesAt, scalarsOf, wordAt, type Path, type ScalarPlace } from './cursor.ts';
import type { SchemaRules } from './schema-walk.ts';
import { tidegateRules } from './tidegate-rules.ts';

export interface Writing {
  readonly text: string;
  readonly at: Position;
  /** Of the compose file, in its order. */
  readonly composeServices: readonly string[];
}

export function complete({ text, at, composeServices }: Writing): readonly Completion[] {
  const services = namesIn(text, 'services');
  return completeBy({
    ...{ text, at, rules: tidegateRules },
    keysAt: (parent) => (parent.length === 1 && parent[0] === 'services' ? composeServices : []),
    valuesAt: ([section, , key, ...deeper]) =>
      section === 'suites' && key === 'service' && deeper.length === 0 ? services : [],
  });
}

/** A place of a text, and what can be known of such places. */
export interface Place {
  readonly text: string;
  readonly at: Position;
  readonly rules: SchemaRules;
  /** Names that no rules know: keys of the map at that path, and values there. */
  readonly keysAt: (path: Path) => readonly string[];
  readonly valuesAt: (path: Path) => readonly string[];
}

export function completeBy(place: Place): readonly Completion[] {
  const { text, at } = place;
  const offset = offsetOf(text, at);
  if (isInComment(text, offset)) return [];
  const word = wordAt(text, offset);
  const range = { start: positionOf(text, word.start), end: positionOf(text, word.end) };
  const hasColon = /^[ \t]*:/.test(text.slice(word.end));
  for (const scalar of candidatesAt(text, word)) {
    const items = scalar.on === 'key' ? keys(place, scalar) : values(place, scalar.path);
    if (items.length === 0) continue;
    return items.map(({ insert, ...item }) => ({
      ...{ ...item, kind: scalar.on, range },
      insert: hasColon && scalar.on === 'key' ? item.label : insert,
    }));
  }
  return [];
}

type Item = Omit<Completion, 'kind' | 'range'>;

function keys({ rules, keysAt }: Place, { path, siblings, inFlow }: ScalarPlace): readonly Item[] {
  const parent = path.slice(0, -1);
  const named = keysAt(parent);
  return [...new Set([...rules.keysAt(parent, siblings), ...named])]
    .filter((key) => !siblings.includes(key))
    .map((key) => ({
      label: key,
      insert: `${key}:${behindKey(rules.at([...parent, key]), inFlow ? 'flow' : 'block')}`,
      description: rules.descriptionOf([...parent, key]) ?? '',
      ...(named.includes(key) && { named: true as const }),
    }));
}

/** A map goes on in the next line, a list of maps with its first one, a single value in the same. */
function behindKey(rules: ReturnType<SchemaRules['at']>, style: 'flow' | 'block'): string {
  if (style === 'flow' || rules.length === 0) return ' ';
  if (rules.every(({ type }) => type === 'object')) return '\n  ';
  return rules.every(({ type, items }) => type === 'array' && items?.type === 'object') ? '\n  - ' : ' ';
}

function values({ rules, valuesAt }: Place, path: Path): readonly Item[] {
  const description = rules.descriptionOf(path) ?? '';
  const named = valuesAt(path);
  return [...new Set([...named, ...rules.valuesAt(path)])].map((value) => ({
    ...{ label: value, insert: value, description },
    ...(named.includes(value) && { named: true as const }),
  }));
}

/** Keys of one of the sections at the root, as far as the text can be read. */
function namesIn(text: string, section: string): readonly string[] {
  return scalarsOf(text).flatMap(({ path, on }) =>
    on === 'key' && path.length === 2 && path[0] === section ? [String(path[1])] : [],
  );
}

function isInComment(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(?:^|\s)#/.test(line.replace(/"[^"]*"|'[^']*'/g, ''));
}
