/** The rules of tidegate.yaml (`schema.ts`) along a path, for somebody who writes it. */
import { tidegateJsonSchema } from '../schema.ts';
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
}

let root: SchemaNode | undefined;

/** Every rule for what stands at the path; none: nothing is known to stand there. */
export function rulesAt(path: Path): readonly SchemaNode[] {
  root ??= tidegateJsonSchema();
  return path.reduce<readonly SchemaNode[]>(
    (rules, step) => rules.flatMap((rule) => below(rule, step)).flatMap(alternatives),
    alternatives(root),
  );
}

function alternatives(rule: SchemaNode): readonly SchemaNode[] {
  if (rule.anyOf === undefined) return [rule];
  const { description } = rule;
  return rule.anyOf.flatMap((one) => alternatives(description === undefined ? one : { ...one, description }));
}

function below(rule: SchemaNode, step: string | number): readonly SchemaNode[] {
  if (typeof step === 'number') return rule.items === undefined ? [] : [rule.items];
  const { properties = {}, additionalProperties } = rule;
  if (Object.hasOwn(properties, step)) return [properties[step] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** What the rules say about it; the hint of the problem that names the key is the same sentence. */
export function descriptionAt(path: Path): string | undefined {
  return rulesAt(path).find(({ description }) => description !== undefined)?.description;
}

/** Is a name of somebody's choice, as that of an environment. */
export function isName(path: Path): boolean {
  const last = path.at(-1);
  if (typeof last !== 'string') return false;
  return rulesAt(path.slice(0, -1)).some(
    ({ properties = {}, additionalProperties }) =>
      typeof additionalProperties === 'object' && !Object.hasOwn(properties, last),
  );
}

/** Values of which there are few. */
export function valuesAt(path: Path): readonly string[] {
  return rulesAt(path).flatMap((rule) => {
    if (rule.const !== undefined) return [String(rule.const)];
    if (rule.enum !== undefined) return rule.enum.map(String);
    return rule.type === 'boolean' ? ['true', 'false'] : [];
  });
}
