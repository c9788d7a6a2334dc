/** Turns what zod found in tidegate.yaml into problems with places, in words for people. */
import type * as z from 'zod';
import { nearestName, suggestion } from '../common/did-you-mean.ts';
import type { Place, Finding } from './report.ts';
import { notYet } from './not-yet.ts';
import { tidegateJsonSchema } from './schema.ts';
import { describeTree, locate, type Tree } from './yaml-tree.ts';

export interface LocatedFinding extends Finding {
  readonly path: readonly PropertyKey[];
  readonly at: Place;
}

type Issue = z.core.$ZodIssue;

export function findingsOf(issues: readonly Issue[], tree: Tree): readonly LocatedFinding[] {
  return issues
    .flatMap((issue) => insideUnion(issue, tree))
    .filter((issue) => !isMissingBesideNotYet(issue, tree))
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(issue.path, key, tree))
        : [valueFinding(issue, tree)],
    );
}

/** Whoever writes a map where also other things may stand hears what is wrong inside of it. */
function insideUnion(issue: Issue, tree: Tree): readonly Issue[] {
  if (issue.code !== 'invalid_union' || locate(tree, issue.path).tree.kind !== 'map') return [issue];
  const ofMap = issue.errors.find(
    (inner) => !inner.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return ofMap?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

function unknownKey(path: readonly PropertyKey[], key: string, tree: Tree): LocatedFinding {
  const whole = [...path, key];
  const { at } = locate(tree, whole);
  const reason = notYet(whole);
  if (reason !== undefined) return { path: whole, at, ...reason };
  const { anyOf = [], properties } = schemaAt(path) ?? {};
  const known = Object.keys(properties ?? anyOf.find((one) => one.properties)?.properties ?? {});
  const to = nearestName(key, known);
  const steps = whole.map((part) => (typeof part === 'number' ? part : String(part)));
  return {
    path: whole,
    at,
    code: 'config.unknown-key',
    message: `${pathText(path) === '' ? '' : `${pathText(path)}: `}"${key}" is not a known key.`,
    hint: suggestion(key, known),
    ...(to !== undefined && {
      change: { kind: 'rename', title: `Write "${to}"`, file: at.file, path: steps, to },
    }),
  };
}

function valueFinding(issue: Issue, tree: Tree): LocatedFinding {
  const { path } = issue;
  const { tree: value, at, found } = locate(tree, path);
  const where = pathText(path);
  if (!found) {
    const [key, parent] = [String(path.at(-1)), pathText(path.slice(0, -1))];
    const message = parent === '' ? `"${key}" is missing.` : `${parent}: "${key}" is missing.`;
    return { path, at, code: 'config.missing-key', message, hint: hintAt(path) };
  }
  if (issue.code === 'invalid_key') {
    const key = JSON.stringify(String(path.at(-1)));
    const message = `${pathText(path.slice(0, -1))}: ${key} ${issue.issues[0]?.message ?? 'is not a name'}.`;
    return { path, at, code: 'config.invalid-key', message, hint: nameHint(path) };
  }
  return {
    path,
    at: value.at,
    code: 'config.invalid-value',
    message: `${where === '' ? 'The file' : where}${complaint(issue, value, path)}.`,
    hint: hintAt(path),
  };
}

/** A service with `worker:` needs no route; saying that it is missing would send people the wrong way. */
function isMissingBesideNotYet(issue: Issue, tree: Tree): boolean {
  if (issue.code !== 'invalid_type' || locate(tree, issue.path).found) return false;
  const above = issue.path.slice(0, -1);
  const parent = locate(tree, above).tree;
  return parent.kind === 'map' && parent.entries.some(({ key }) => notYet([...above, key]) !== undefined);
}

function complaint(issue: Issue, value: Tree, path: readonly PropertyKey[]): string {
  if (value.kind === 'scalar' && value.value === null) return ' is empty';
  const words = issue.message.startsWith('Invalid') ? `is not ${expectation(issue)}` : issue.message;
  if (value.kind !== 'scalar')
    return /^is n/.test(words) ? ` is ${describeTree(value)}, ${words.slice('is '.length)}` : ` ${words}`;
  // Variables may hold what nobody should read in a log.
  return `: ${path.includes('variables') ? 'the value' : describeTree(value)} ${words}`;
}

function expectation(issue: Issue): string {
  if (issue.code !== 'invalid_type') return 'allowed here';
  const words: Readonly<Record<string, string>> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    string: 'text',
    boolean: 'true or false',
    number: 'a number',
  };
  return words[issue.expected] ?? 'allowed here';
}

function nameHint(path: readonly PropertyKey[]): string {
  return path.includes('variables')
    ? 'Variable names have letters, digits and "_", and start with no digit: WEB_REPLICAS.'
    : 'Names are lower-case letters and digits, single words joined by "-": web, eu-west.';
}

/** `services.web.rollout.steps[2]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
  /** Several things may stand there; at most one of them is a map. */
  readonly anyOf?: readonly Node[];
}

let schema: Node | undefined;

function schemaAt(path: readonly PropertyKey[]): Node | undefined {
  schema ??= tidegateJsonSchema() as Node;
  let node: Node | undefined = schema;
  for (const part of path) {
    if (typeof part === 'number') node = node?.items;
    else {
      node = node?.anyOf?.find(({ properties }) => properties) ?? node;
      node = own(node?.properties, String(part)) ?? (node?.additionalProperties || undefined);
    }
  }
  return node;
}

function own(properties: Readonly<Record<string, Node>> | undefined, key: string): Node | undefined {
  return properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** The description of the nearest key above that has one. */
function hintAt(path: readonly PropertyKey[]): string {
  for (let length = path.length; length >= 0; length--) {
    const description = schemaAt(path.slice(0, length))?.description;
    if (description !== undefined) return description;
  }
  return 'See docs/configuration.md.';
}
