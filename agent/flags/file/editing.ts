/** What can be written at a place of a flags file: out of its rules, and out of the names that stand in it. Pure. */
import { completeBy } from '../../config/editing/complete.ts';
import { scalarsOf, type Path, type ScalarPlace } from '../../config/editing/cursor.ts';
import { hover } from '../../config/editing/places.ts';
import { SchemaRules } from '../../config/editing/schema-walk.ts';
import type { Completion, Hover } from '../../protocol/editing.ts';
import type { Position } from '../../protocol/validate.ts';
import { flagsJsonSchema } from './schema.ts';

const rules = new SchemaRules(flagsJsonSchema);

export interface FlagsWriting {
  readonly text: string;
  readonly at: Position;
  /** Of tidegate.yaml. */
  readonly environments: readonly string[];
}

export function completeFlags({ text, at, environments }: FlagsWriting): readonly Completion[] {
  const names = new FlagNames(text);
  return completeBy({
    ...{ text, at, rules },
    keysAt: (path) => keysAt(path, names, environments),
    valuesAt: (path) => valuesAt(path, names),
  });
}

export function hoverFlags(text: string, at: Position): Hover | null {
  return hover(text, at, rules);
}

/** Names that stand in a file, as far as it can be read. */
class FlagNames {
  readonly #scalars: readonly ScalarPlace[];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#scalars = scalarsOf(text);
  }

  get flags(): readonly string[] {
    return this.#keysOf('flags');
  }

  get segments(): readonly string[] {
    return this.#keysOf('segments');
  }

  /** That conditions and shares go by already, and the user, whom every SDK names so. */
  get attributes(): readonly string[] {
    const used = this.#scalars.flatMap((place) => {
      const last = place.path.at(-1);
      return place.on === 'value' && (last === 'attribute' || last === 'by') ? this.#written(place) : [];
    });
    return [...new Set([...used.filter((name) => name !== ''), 'targetingKey'])];
  }

  /** What its values are named. */
  variantsOf(flag: string): readonly string[] {
    return this.isBoolean(flag) ? ['on', 'off'] : this.#keysOf('flags', flag, 'variants');
  }

  isBoolean(flag: string): boolean {
    const type = this.#scalars.find(
      ({ path, on }) => on === 'value' && samePath(path, ['flags', flag, 'type']),
    );
    return type === undefined || this.#written(type) === 'boolean';
  }

  #keysOf(...parent: readonly string[]): readonly string[] {
    return this.#scalars.flatMap(({ path, on }) =>
      on === 'key' && samePath(path.slice(0, -1), parent) ? [String(path.at(-1))] : [],
    );
  }

  #written({ start, end }: ScalarPlace): string {
    return this.#text.slice(start, end).replace(/^(["'])(.*)\1$/s, '$2');
  }
}

function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

/** Below a flag, or below what is different in one environment: `on`, `rules`, and so on. */
function placeIn(path: Path): { readonly flag: string; readonly rest: Path } | undefined {
  const [section, flag, ...rest] = path;
  if (section !== 'flags' || typeof flag !== 'string') return undefined;
  const isOfOne = rest[0] === 'environments' && rest.length > 2;
  return { flag, rest: isOfOne ? rest.slice(2) : rest };
}

function keysAt(path: Path, names: FlagNames, environments: readonly string[]): readonly string[] {
  const { flag, rest } = placeIn(path) ?? {};
  if (flag === undefined || rest === undefined) return [];
  if (samePath(rest, ['environments'])) return environments;
  if (samePath(rest, ['needs'])) return names.flags.filter((key) => key !== flag);
  return rest.at(-1) === 'split' && servesAt(rest.slice(0, -1)) ? names.variantsOf(flag) : [];
}

function valuesAt(path: Path, names: FlagNames): readonly string[] {
  const last = path.at(-1);
  if (last === 'segment') return names.segments.filter((name) => path[0] !== 'segments' || path[1] !== name);
  if (last === 'attribute' || last === 'by') return names.attributes;
  const { flag, rest = [] } = placeIn(path) ?? {};
  if (flag === undefined) return [];
  const [first, needed] = rest;
  if (first === 'needs' && typeof needed === 'string') return neededValues(needed, names);
  // A boolean has its own variant for "off".
  if (samePath(rest, ['off'])) return names.isBoolean(flag) ? [] : names.variantsOf(flag);
  return servesAt(rest) ? names.variantsOf(flag) : [];
}

/** That it is on will do as well, whatever it then serves. */
function neededValues(flag: string, names: FlagNames): readonly string[] {
  return [...new Set(['on', 'off', ...names.variantsOf(flag)])];
}

/** What is given: to all, or to those of a rule. */
function servesAt(rest: Path): boolean {
  const [first, index, last, ...deeper] = rest;
  if (first === 'on') return rest.length === 1;
  return first === 'rules' && typeof index === 'number' && last === 'serve' && deeper.length === 0;
}
