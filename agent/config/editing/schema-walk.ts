/** The rules of a file, as JSON Schema, along a path: for somebody who writes it. */
import type { Path } from './cursor.ts';

/** The parts of JSON Schema that our own rules come out as. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly const?: string | number | boolean;
  readonly required?: readonly string[];
  /** `#/$defs/condition` */
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

export class SchemaRules {
  readonly #make: () => SchemaNode;
  #made: SchemaNode | undefined;

  /** `make` is called when somebody asks for the first time. */
  constructor(make: () => SchemaNode) {
    this.#make = make;
  }

  /** Every rule for what stands at the path; none: nothing is known to stand there. */
  at(path: Path): readonly SchemaNode[] {
    const root = this.#root;
    return path.reduce<readonly SchemaNode[]>(
      (rules, step) => rules.flatMap((rule) => below(rule, step)).flatMap((rule) => this.#alternatives(rule)),
      this.#alternatives(root),
    );
  }

  /** What the rules say about it; the hint of the problem that names the key is the same sentence. */
  descriptionOf(path: Path): string | undefined {
    return this.at(path).find(({ description }) => description !== undefined)?.description;
  }

  /** Is a name of somebody's choice, as that of an environment. */
  isName(path: Path): boolean {
    const last = path.at(-1);
    if (typeof last !== 'string') return false;
    return this.at(path.slice(0, -1)).some(
      ({ properties = {}, additionalProperties }) =>
        typeof additionalProperties === 'object' && !Object.hasOwn(properties, last),
    );
  }

  /** Keys that go together with those that are there; where none does, all: one of them may be misspelt. */
  keysAt(path: Path, beside: readonly string[]): readonly string[] {
    const rules = this.at(path).filter(({ properties }) => properties !== undefined);
    const fitting = rules.filter(({ properties = {} }) =>
      beside.every((key) => Object.hasOwn(properties, key)),
    );
    const chosen = fitting.length > 0 ? fitting : rules;
    return [...new Set(chosen.flatMap(({ properties = {} }) => Object.keys(properties)))];
  }

  /** Values of which there are few. */
  valuesAt(path: Path): readonly string[] {
    const values = this.at(path).flatMap((rule) => {
      if (rule.const !== undefined) return [String(rule.const)];
      if (rule.enum !== undefined) return rule.enum.map(String);
      return rule.type === 'boolean' ? ['true', 'false'] : [];
    });
    // The same in other words.
    return values.includes('on') ? values.filter((value) => value !== 'true' && value !== 'false') : values;
  }

  get #root(): SchemaNode {
    return (this.#made ??= this.#make());
  }

  #alternatives(rule: SchemaNode): readonly SchemaNode[] {
    const { $ref, anyOf, description } = rule;
    const named = $ref === undefined ? undefined : this.#root.$defs?.[$ref.slice('#/$defs/'.length)];
    const others = named === undefined ? anyOf : [named];
    if (others === undefined) return [rule];
    return others.flatMap((one) =>
      this.#alternatives(description === undefined ? one : { ...one, description }),
    );
  }
}

function below(rule: SchemaNode, step: string | number): readonly SchemaNode[] {
  if (typeof step === 'number') return rule.items === undefined ? [] : [rule.items];
  const { properties = {}, additionalProperties } = rule;
  if (Object.hasOwn(properties, step)) return [properties[step] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
