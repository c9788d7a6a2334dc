/** What can be written at a place of tidegate.yaml. Pure. */
import type { Completion } from '../../protocol/editing.ts';
import type { Position } from '../../protocol/validate.ts';
import { offsetOf, positionOf } from '../fix/layout.ts';
import { candidatesAt, scalarsOf, wordAt, type Path, type ScalarPlace } from './cursor.ts';
import { descriptionAt, rulesAt, valuesAt } from './schema-walk.ts';

export interface Writing {
  readonly text: string;
  readonly at: Position;
  /** Of the compose file, in its order. */
  readonly composeServices: readonly string[];
}

export function complete({ text, at, composeServices }: Writing): readonly Completion[] {
  const offset = offsetOf(text, at);
  if (isInComment(text, offset)) return [];
  const word = wordAt(text, offset);
  const range = { start: positionOf(text, word.start), end: positionOf(text, word.end) };
  const hasColon = /^[ \t]*:/.test(text.slice(word.end));
  for (const place of candidatesAt(text, word)) {
    const names = { composeServices, services: namesIn(text, 'services') };
    const items = place.on === 'key' ? keys(place, names) : values(place.path, names);
    if (items.length === 0) continue;
    return items.map(({ label, insert, description }) => ({
      ...{ label, kind: place.on, range, description },
      insert: hasColon && place.on === 'key' ? label : insert,
    }));
  }
  return [];
}

interface Names {
  readonly composeServices: readonly string[];
  readonly services: readonly string[];
}

type Item = Pick<Completion, 'label' | 'insert' | 'description'>;

function keys({ path, siblings, inFlow }: ScalarPlace, names: Names): readonly Item[] {
  const parent = path.slice(0, -1);
  const known = rulesAt(parent).flatMap(({ properties = {} }) => Object.keys(properties));
  const chosen = parent.length === 1 && parent[0] === 'services' ? names.composeServices : [];
  return [...new Set([...known, ...chosen])]
    .filter((key) => !siblings.includes(key))
    .map((key) => ({
      label: key,
      insert: `${key}:${behindKey([...parent, key], inFlow ? 'flow' : 'block')}`,
      description: descriptionAt([...parent, key]) ?? '',
    }));
}

/** A map goes on in the next line, a single value in the same. */
function behindKey(path: Path, style: 'flow' | 'block'): string {
  const isMap = rulesAt(path).some(({ type }) => type === 'object');
  return isMap && style === 'block' ? '\n  ' : ' ';
}

function values(path: Path, names: Names): readonly Item[] {
  const item = (value: string): Item => ({
    ...{ label: value, insert: value, description: descriptionAt(path) ?? '' },
  });
  const [section, , key, ...deeper] = path;
  if (section === 'suites' && key === 'service' && deeper.length === 0) return names.services.map(item);
  return valuesAt(path).map(item);
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
