/** Reads YAML text into a Tree. Never throws; what cannot be read is a problem with a place. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type ParsedNode,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { messageOf } from '../common/errors.ts';
import type { Place, Report } from './report.ts';
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from './yaml-tree.ts';

const maxCharacters = 200_000;
const maxDepth = 100;
/** Aliases of aliases can write out to any number of values; this is far more than any compose file has. */
const maxSize = 100_000;
/** One slip can break every line after it; the first ones tell it. */
const maxSyntaxErrors = 20;

/** The document's tree; `undefined` when it has syntax errors (then they are in the report) or is empty. */
export function readYaml(file: string, text: string, report: Report): Tree | undefined {
  const start: Place = { file, line: 1, column: 1 };
  if (text.length > maxCharacters) {
    report.error(start, {
      code: 'yaml.too-large',
      message: `${file} has more than ${maxCharacters.toLocaleString('en')} characters.`,
      hint: 'Keep data out of it; this file is read as a whole each time.',
    });
    return undefined;
  }
  const deep = tooDeep(text);
  if (deep) {
    const at = { file, line: deep.line, column: 1 };
    report.error(at, { code: 'yaml.too-deep', message: deepMessage, hint: 'Write it flatter.' });
    return undefined;
  }
  try {
    return new YamlReader(file, text.replace(/^\ufeff/, ' '), report).read();
  } catch (error) {
    report.error(start, {
      code: 'yaml.unreadable',
      message: `${file} cannot be read as YAML: ${messageOf(error)}.`,
      hint: 'Write it as one plain YAML document.',
    });
    return undefined;
  }
}

const deepMessage = `Nested deeper than ${maxDepth} levels.`;

/**
 * Asked before parsing: on some thousand open brackets or dashes the parser runs out of stack, which in the middle
 * of a regular expression ends the whole process. Brackets in texts count too; that many open ones are not there.
 */
function tooDeep(text: string): { readonly line: number } | undefined {
  let open = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const dashes = /^[ \t]*((?:[-?:][ \t]+)+)/.exec(line)?.[1]?.replace(/[^-?:]/g, '').length ?? 0;
    for (const char of line) {
      if (char === '[' || char === '{') open++;
      else if (char === ']' || char === '}') open = Math.max(0, open - 1);
      if (open + dashes > 2 * maxDepth) return { line: index + 1 };
    }
  }
  return undefined;
}

type YamlNode = ParsedNode | Scalar | null;

class YamlReader {
  readonly #file: string;
  readonly #text: string;
  readonly #report: Report;
  /** Offset at which each line starts. The parser's own counter is wrong after some syntax errors. */
  readonly #lineStarts: readonly number[];
  readonly #anchors = new Map<string, Tree>();

  constructor(file: string, text: string, report: Report) {
    this.#file = file;
    this.#text = text;
    this.#report = report;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  read(): Tree | undefined {
    const document = parseDocument(this.#text, {
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    // An unknown tag is a warning to the parser, but here it would change what is meant (`!reset`, `!override`).
    const errors = [...document.errors, ...document.warnings].slice(0, maxSyntaxErrors);
    for (const error of errors) this.#syntaxError(error);
    if (errors.length > 0) return undefined;
    return this.#root(document);
  }

  #root(document: Document.Parsed): Tree | undefined {
    if (document.contents === null) return undefined;
    return this.#tree(document.contents, this.#place(0), 0);
  }

  #syntaxError(error: Pick<YAMLError, 'code' | 'message' | 'pos'>): void {
    this.#report.error(this.#place(error.pos[0]), {
      code: 'yaml.syntax',
      message: `The YAML cannot be read: ${error.message.slice(0, 120)}.`,
      hint: syntaxHints[error.code] ?? 'Correct the YAML here; often the cause is the line above.',
    });
  }

  #place(offset: number): Place {
    let [line, after] = [1, this.#lineStarts.length];
    while (line < after) {
      const middle = Math.ceil((line + after) / 2);
      if ((this.#lineStarts[middle - 1] ?? 0) <= offset) line = middle;
      else after = middle - 1;
    }
    return { file: this.#file, line, column: offset - (this.#lineStarts[line - 1] ?? 0) + 1 };
  }

  #tree(node: YamlNode, fallback: Place, depth: number): Tree {
    const at = node?.range ? this.#place(node.range[0]) : fallback;
    if (node === null) return emptyAt(at);
    if (depth > maxDepth) return this.#refused(at, 'yaml.too-deep', deepMessage);
    if (isAlias(node)) return this.#alias(node.source, at);
    const tree = this.#unaliased(node, at, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #unaliased(node: Exclude<YamlNode, null>, at: Place, depth: number): Tree {
    if (isMap(node)) return this.#bounded(this.#map(node, at, depth));
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        this.#tree(isPair(item) ? null : (item as YamlNode), at, depth + 1),
      );
      const list: ListTree = { kind: 'list', at, items, size: 1 + sum(items) };
      return this.#bounded(list);
    }
    return this.#scalar(node as Scalar, at);
  }

  #bounded(tree: MapTree | ListTree): Tree {
    if (tree.size <= maxSize) return tree;
    return this.#refused(
      tree.at,
      'yaml.too-large',
      `With its aliases written out this holds more than ${maxSize.toLocaleString('en')} values.`,
    );
  }

  #refused(at: Place, code: string, message: string): ScalarTree {
    this.#report.error(at, { code, message, hint: 'Write it flatter and with fewer aliases.' });
    return emptyAt(at);
  }

  #alias(name: string, at: Place): Tree {
    const tree = this.#anchors.get(name);
    if (tree) return tree;
    this.#report.error(at, {
      code: 'yaml.unknown-anchor',
      message: `The alias *${name} names no anchor above it.`,
      hint: `Mark a value above it with &${name}, or write the value here.`,
    });
    return emptyAt(at);
  }

  #map(node: YAMLMap, at: Place, depth: number): MapTree {
    const own = new Map<string, Entry>();
    const merged: Tree[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as YamlNode;
      const keyAt = keyNode?.range ? this.#place(keyNode.range[0]) : at;
      const isMerge = isScalar(keyNode) && keyNode.value === '<<' && keyNode.type === 'PLAIN';
      const key = isMerge ? '<<' : this.#key(keyNode, keyAt, depth);
      const value = this.#tree(pair.value as YamlNode, keyAt, depth + 1);
      if (isMerge) merged.push(value);
      else if (key !== undefined) own.set(key, { key, at: keyAt, value });
    }
    // YAML's merge key: what is written in the map wins, then the first map of a list.
    for (const entry of merged.flatMap((tree) => this.#mergedEntries(tree)))
      if (!own.has(entry.key)) own.set(entry.key, entry);
    const entries = [...own.values()];
    return { kind: 'map', at, entries, size: 1 + sum(entries.map(({ value }) => value)) };
  }

  #mergedEntries(tree: Tree): readonly Entry[] {
    if (tree.kind === 'map') return tree.entries;
    if (tree.kind === 'list' && tree.items.every(({ kind }) => kind === 'map'))
      return tree.items.flatMap((item) => this.#mergedEntries(item));
    this.#report.error(tree.at, {
      code: 'yaml.bad-merge',
      message: 'Only a map, or a list of maps, can be merged in with <<.',
      hint: 'Write "<<: *anchor", where the anchor marks a map.',
    });
    return [];
  }

  #key(node: YamlNode, at: Place, depth: number): string | undefined {
    const tree = this.#tree(node, at, depth + 1);
    if (tree.kind === 'scalar' && tree.value !== null) {
      const key = typeof tree.value === 'string' ? tree.value : tree.source;
      if (key !== '__proto__') return key;
    }
    this.#report.error(at, {
      code: 'yaml.bad-key',
      message: tree.kind === 'scalar' ? 'This cannot be a key.' : 'A map or a list cannot be a key.',
      hint: 'Use a plain name as the key.',
    });
    return undefined;
  }

  #scalar(node: Scalar, at: Place): ScalarTree {
    const value = plainScalar(node);
    const source = typeof value === 'string' ? value : (node.source ?? String(value));
    return { kind: 'scalar', at, value, source, dollar: (index) => this.#dollar(node, at, index), size: 1 };
  }

  /** The nth `$` of a value is the nth of its source text, unless escapes (`"\x24"`) hide one there. */
  #dollar(node: Scalar, at: Place, index: number): Place {
    const [start, end] = node.range ?? [0, 0];
    const written = this.#text.slice(start, end);
    const inValue = String(node.value).split('$').length;
    const parts = written.split('$');
    if (parts.length !== inValue) return at;
    return this.#place(start + parts.slice(0, index + 1).join('$').length);
  }
}

/** Under a `%YAML 1.1` line the parser makes dates and byte arrays; here they stay text. */
function plainScalar(node: Scalar): ScalarTree['value'] {
  const { value } = node;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return octalOf(node.source) ?? value;
  return node.source ?? '';
}

/** Docker's YAML reader takes `010` for an octal number, YAML 1.2 for ten. */
function octalOf(source: string | undefined): number | undefined {
  return source !== undefined && /^[-+]?0[0-7]+$/.test(source) ? Number.parseInt(source, 8) : undefined;
}

function emptyAt(at: Place): ScalarTree {
  return { kind: 'scalar', at, value: null, source: '', dollar: () => at, size: 1 };
}

function sum(trees: readonly Tree[]): number {
  return trees.reduce((total, { size }) => total + size, 0);
}

const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  DUPLICATE_KEY: 'Write each key once; put both values under one of them.',
  MULTIPLE_DOCS: 'Keep one document in the file: remove what follows the "---".',
  MISSING_CHAR: 'Close the quote or bracket that was opened.',
  TAG_RESOLVE_FAILED: 'Remove the tag: Tidegate knows only the standard ones.',
};
