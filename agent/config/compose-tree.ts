/** The compose files of a project as one tree: variables filled in, `extends`, `include` and several files resolved. */
import { suggestion } from '../common/did-you-mean.ts';
import type { CallerFiles } from './caller-files.ts';
import { mergeCompose } from './compose-merge.ts';
import { resolveExtends } from './extends.ts';
import { interpolateTree } from './interpolate-tree.ts';
import type { Variables } from './interpolate.ts';
import type { ReadFile } from './model.ts';
import { folderOf } from './repository-path.ts';
import type { Finding, Place, Report } from './report.ts';
import { lineFile, withDotenv, withFiles } from './variables.ts';
import { readYaml } from './yaml-source.ts';
import {
  describeTree,
  entryOf,
  mapTree,
  namedPath,
  plainOf,
  type Entry,
  type MapTree,
  type Tree,
} from './yaml-tree.ts';

export interface ComposePath {
  /** Inside the repository. */
  readonly path: string;
  /** Where it is named. */
  readonly at: Place;
}

export interface ComposeFiles {
  readonly read: ReadFile;
  readonly variables: Variables;
  readonly caller: CallerFiles;
  readonly report: Report;
}

/** What the paths and variables of a file mean: those of the project, or of what is included. */
interface Scope {
  /** Folder inside the repository that relative paths start from. */
  readonly folder: string;
  readonly variables: Variables;
}

/** What an included file brings; the rest of it belongs to the file alone. */
const imported = ['services', 'networks', 'volumes', 'configs', 'secrets'];
/** Far more than a project has; files that include each other in ever new ways end here. */
const maxFiles = 200;
/** With everything merged in; as for one file. */
const maxSize = 100_000;

/**
 * The first file says where relative paths start, also those of the files laid over it. `undefined` when nothing can
 * be read; then it is in the report.
 */
export async function loadComposeTree(
  paths: readonly ComposePath[],
  files: ComposeFiles,
): Promise<MapTree | undefined> {
  const tree = await new ComposeLoader(files).project(paths, [], {
    folder: folderOf(paths[0]?.path ?? ''),
    variables: files.variables,
  });
  if (!tree || tree.size <= maxSize) return tree;
  files.report.error(tree.at, {
    code: 'yaml.too-large',
    message: `With everything merged in the compose file holds more than ${maxSize.toLocaleString('en')} values.`,
    hint: 'Split the project, or extend and include less.',
  });
  return undefined;
}

class ComposeLoader {
  readonly #files: ComposeFiles;
  readonly #report: Report;
  /** By variables, path and folder: a file that ten services extend is read once. */
  readonly #read = new Map<Variables, Map<string, Promise<MapTree | undefined>>>();
  #count = 0;

  constructor(files: ComposeFiles) {
    this.#files = files;
    this.#report = files.report;
  }

  /** `chain`: the files that lead here by `include`. */
  async project(
    paths: readonly ComposePath[],
    chain: readonly string[],
    scope: Scope,
  ): Promise<MapTree | undefined> {
    let merged: Tree | undefined;
    for (const { path, at } of paths) {
      const own = await this.#file(path, scope, at);
      if (!own) continue;
      const extended = await resolveExtends(own, {
        report: this.#report,
        file: (other, from) => this.#file(other, { ...scope, folder: folderOf(other) }, from),
      });
      const whole = await this.#include(extended, [...chain, path], scope);
      merged = merged ? mergeCompose(merged, whole, this.#report) : whole;
    }
    return merged?.kind === 'map' ? merged : undefined;
  }

  /** One file with its variables filled in; relative paths in it start from the scope's folder. */
  #file(path: string, scope: Scope, at: Place): Promise<MapTree | undefined> {
    const known = this.#read.get(scope.variables) ?? new Map<string, Promise<MapTree | undefined>>();
    this.#read.set(scope.variables, known);
    const key = `${scope.folder}\n${path}`;
    const reading = known.get(key) ?? this.#readFile(path, scope, at);
    known.set(key, reading);
    return reading;
  }

  async #readFile(path: string, { folder, variables }: Scope, at: Place): Promise<MapTree | undefined> {
    const report = this.#report;
    this.#count += 1;
    if (this.#count > maxFiles) {
      report.error(at, tooMany);
      return undefined;
    }
    const text = await this.#files.read(path);
    if (text === undefined) {
      report.error(at, missing(path));
      return undefined;
    }
    const raw = readYaml(path, text, report);
    if (raw?.kind === 'map') {
      const tree = interpolateTree(raw, { variables, folder, report });
      return tree.kind === 'map' ? tree : undefined;
    }
    if (!report.hasErrorIn(path)) report.error({ file: path, line: 1, column: 1 }, noServices(path));
    return undefined;
  }

  async #include(tree: MapTree, chain: readonly string[], scope: Scope): Promise<MapTree> {
    const include = entryOf(tree, 'include')?.value;
    if (!include) return tree;
    let whole = mapTree(
      tree.at,
      tree.entries.filter(({ key }) => key !== 'include'),
    );
    if (include.kind !== 'list') {
      this.#report.error(include.at, notIncluded(describeTree(include)));
      return whole;
    }
    for (const item of include.items) {
      const included = await this.#included(item, chain, scope);
      if (included) whole = this.#import(whole, included);
    }
    return whole;
  }

  async #included(item: Tree, chain: readonly string[], scope: Scope): Promise<MapTree | undefined> {
    const report = this.#report;
    for (const { key, at } of item.kind === 'map' ? item.entries : [])
      if (!['path', 'project_directory', 'env_file'].includes(key)) report.error(at, unknownKey(key));
    const written = item.kind === 'map' ? entryOf(item, 'path')?.value : item;
    const parts = written?.kind === 'list' ? written.items : written ? [written] : [];
    const paths = parts.map((part) => ({
      path: part.kind === 'scalar' && part.value !== '' ? namedPath(part) : undefined,
      at: part.at,
    }));
    const [wrong] = paths.filter(({ path }) => path === undefined || path === '');
    if (wrong || paths.length === 0) {
      report.error(wrong?.at ?? item.at, notIncluded(describeTree(written ?? item)));
      return undefined;
    }
    const right = paths.flatMap(({ path, at }) => (path === undefined ? [] : [{ path, at }]));
    const again = right.find(({ path }) => chain.includes(path));
    if (again) {
      report.error(again.at, circle([...chain, again.path]));
      return undefined;
    }
    const directory = entryOf(item, 'project_directory')?.value;
    const named = directory?.kind === 'scalar' ? namedPath(directory) : undefined;
    if (directory && named === undefined) {
      report.error(directory.at, notIncluded(describeTree(directory)));
      return undefined;
    }
    const folder = named ?? folderOf(right[0]?.path ?? '');
    const variables = await this.#variables(entryOf(item, 'env_file')?.value, { ...scope, folder });
    return this.project(right, chain, { folder, variables });
  }

  /** Of what is included: those that hold here already, then its own files, or the `.env` of its folder. */
  async #variables(written: Tree | undefined, { folder, variables }: Scope): Promise<Variables> {
    const report = this.#report;
    if (!written) return withDotenv(folder, variables, this.#files);
    const files: { path: string; text: string }[] = [];
    for (const item of written.kind === 'list' ? written.items : [written]) {
      const path = item.kind === 'scalar' ? namedPath(item) : undefined;
      const text = path ? await lineFile(path, this.#files) : undefined;
      if (path && text !== undefined) files.push({ path, text });
      else report.error(item.at, path ? noVariables(path) : notIncluded(describeTree(item)));
    }
    return withFiles(files, variables, report);
  }

  /** What the file and the included one both have must be the same, as with Docker. */
  #import(tree: MapTree, included: MapTree): MapTree {
    return imported.reduce<MapTree>((whole, section) => {
      const theirs = entryOf(included, section);
      if (theirs?.value.kind !== 'map') return whole;
      const ours = entryOf(whole, section);
      const rest = whole.entries.filter(({ key }) => key !== section);
      if (ours?.value.kind !== 'map') return mapTree(whole.at, [...rest, theirs]);
      const own = ours.value;
      for (const entry of theirs.value.entries) this.#checkConflict(section, entry, entryOf(own, entry.key));
      const added = theirs.value.entries.filter(({ key }) => !entryOf(own, key));
      const value = mapTree(own.at, [...own.entries, ...added]);
      return mapTree(whole.at, [...rest, { ...ours, value }]);
    }, tree);
  }

  #checkConflict(section: string, theirs: Entry, ours: Entry | undefined): void {
    if (!ours || JSON.stringify(plainOf(ours.value)) === JSON.stringify(plainOf(theirs.value))) return;
    const { file, line } = theirs.at;
    this.#report.error(ours.at, {
      code: 'compose.include-conflict',
      message: `${section}.${ours.key}: an included file has it too, and differently (${file}:${line}).`,
      hint: 'Rename one of them, or lay one file over the other: list both under "path:" of the include.',
    });
  }
}

export function noServices(path: string): Finding {
  return {
    code: 'compose.missing-key',
    message: `${path} holds no services.`,
    hint: 'Write them under "services:".',
  };
}

function missing(path: string): Finding {
  return {
    code: 'compose.missing',
    message: `There is no ${path} in the commit.`,
    hint: 'Commit it, or correct its path.',
  };
}

function unknownKey(key: string): Finding {
  return {
    code: 'compose.unknown-key',
    message: `include: "${key}" is not a key of an include.`,
    hint: suggestion(key, ['path', 'project_directory', 'env_file']),
  };
}

function notIncluded(what: string): Finding {
  return {
    code: 'compose.invalid-value',
    message: `include: ${what} is not a file or folder of the repository.`,
    hint: 'Write a list of paths that stay inside the repository: [shared/compose.yaml].',
  };
}

function noVariables(path: string): Finding {
  return {
    code: 'compose.missing-file',
    message: `include.env_file: there is no ${path} in the commit, nor one in the checkout that git ignores.`,
    hint: 'Commit it; or put it into the checkout and its name into .gitignore; or correct the path.',
  };
}

function circle(chain: readonly string[]): Finding {
  return {
    code: 'compose.circle',
    message: `include: ${chain.join(' includes ')}: this never ends.`,
    hint: 'Move what both files need into a third one.',
  };
}

const tooMany: Finding = {
  code: 'compose.too-many-files',
  message: `The project has more than ${maxFiles} compose files.`,
  hint: 'Extend and include less.',
};
