/**
 * What is wrong with the files of a project as they stand in the editor, saved or not: in the Problems view, with exact
 * ranges, each with its repair. The agent reads and judges; nothing of it needs Docker.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { hasCode, messageOf } from '../../agent/protocol/errors.ts';
import type { ConfigProblem, Fix, ValidateResult } from '../../agent/protocol/validate.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { fixesTogether } from '../model/fixes.ts';
import { positionOf, rangeOf } from './ranges.ts';

/** While somebody types. */
const calmMs = 300;
/** One repair may uncover the next problem. */
const mostRounds = 5;

export interface FoundHere {
  readonly diagnostic: vscode.Diagnostic;
  readonly fix: Fix | null;
}

interface Project {
  timer: NodeJS.Timeout | undefined;
  /** The look that counts: an earlier one that comes back later is void. */
  look: number;
  /** Of tidegate.yaml in the repository. */
  inside: string;
  found: ReadonlyMap<string, readonly FoundHere[]>;
  /** Texts that the problems were found in; places are those of them. */
  versions: ReadonlyMap<string, number>;
}

export class Problems {
  readonly #link: AgentLink;
  readonly #log: (text: string) => void;
  readonly #collection = vscode.languages.createDiagnosticCollection('tidegate');
  readonly #projects = new Map<string, Project>();
  readonly #listening: vscode.Disposable[];

  constructor(link: AgentLink, log: (text: string) => void) {
    this.#link = link;
    this.#log = log;
    const files = vscode.workspace.createFileSystemWatcher('**/{*.yaml,*.yml,.env,*.env,Dockerfile*}');
    this.#listening = [
      files,
      ...[files.onDidCreate, files.onDidChange, files.onDidDelete].map((on) =>
        on((uri) => this.#touched(uri)),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#touched(document.uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#touched(uri)),
      vscode.workspace.onDidOpenTextDocument((document) => this.#opened(document)),
    ];
  }

  setFolders(folders: readonly string[]): void {
    for (const [folder, project] of this.#projects)
      if (!folders.includes(folder)) {
        clearTimeout(project.timer);
        this.#projects.delete(folder);
        this.#publish(project, new Map());
      }
    for (const folder of folders)
      if (!this.#projects.has(folder)) {
        this.#projects.set(folder, {
          timer: undefined,
          look: 0,
          inside: '',
          found: new Map(),
          versions: new Map(),
        });
        this.#soon(folder, 0);
      }
    for (const document of vscode.workspace.textDocuments) this.#opened(document);
  }

  /** Another agent, or the same one again. */
  lookAgain(): void {
    for (const folder of this.#projects.keys()) this.#soon(folder, 0);
  }

  /** The file that the agent names. */
  uriOf(folder: string, file: string): vscode.Uri {
    const inside = this.#projects.get(folder)?.inside ?? '';
    return vscode.Uri.file(path.resolve(folder, path.posix.relative(inside, file)));
  }

  /** Of the document as it is now; empty while that is being looked at. */
  foundIn(document: vscode.TextDocument): readonly (FoundHere & { readonly folder: string })[] {
    const key = document.uri.toString();
    return [...this.#projects].flatMap(([folder, { found, versions }]) =>
      (versions.get(key) ?? document.version) === document.version
        ? (found.get(key) ?? []).map((one) => ({ ...one, folder }))
        : [],
    );
  }

  editOf(folder: string, fixes: readonly Fix[]): vscode.WorkspaceEdit {
    const edit = new vscode.WorkspaceEdit();
    for (const { file, range, newText } of fixes.flatMap(({ edits }) => edits))
      edit.replace(this.uriOf(folder, file), rangeOf(range), newText);
    return edit;
  }

  /** Every repair a machine can make, in the editor; whoever looks at them saves them. How many it made. */
  async fixAll(folder: string): Promise<number> {
    let made = 0;
    for (let round = 0; round < mostRounds; round++) {
      const { problems } = await this.look(folder);
      const fixes = fixesTogether(problems.flatMap(({ fix }) => fix ?? []));
      if (fixes.length === 0) break;
      if (!(await vscode.workspace.applyEdit(this.editOf(folder, fixes)))) break;
      made += fixes.length;
    }
    return made;
  }

  /** Asks the agent now, and shows what it says. */
  async look(folder: string): Promise<ValidateResult> {
    const project = this.#projects.get(folder);
    const look = (project?.look ?? 0) + 1;
    if (project !== undefined) project.look = look;
    const open = openTexts(folder);
    const agent = await this.#link.connected();
    const result = await ask(agent, 'validate', { folder, environment: null, fix: false, texts: open.texts });
    if (project?.look === look) {
      project.inside = result.folder;
      project.versions = open.versions;
      this.#publish(project, this.#byFile(folder, result.problems));
    }
    return result;
  }

  dispose(): void {
    for (const { timer } of this.#projects.values()) clearTimeout(timer);
    for (const one of this.#listening) one.dispose();
    this.#collection.dispose();
  }

  #opened(document: vscode.TextDocument): void {
    const name = path.basename(document.uri.fsPath);
    if (!/^tidegate\.yaml$|compose.*\.ya?ml$/.test(name) || document.uri.scheme !== 'file') return;
    // Somebody works on it: its problems are worth an agent.
    if (vscode.workspace.isTrusted) this.#link.open();
    this.#touched(document.uri);
  }

  #touched({ scheme, fsPath }: vscode.Uri): void {
    if (scheme !== 'file' || !/\.ya?ml$|\.env$|^Dockerfile/.test(path.basename(fsPath))) return;
    for (const folder of this.#projects.keys()) this.#soon(folder, calmMs);
  }

  #soon(folder: string, ms: number): void {
    const project = this.#projects.get(folder);
    if (project === undefined) return;
    clearTimeout(project.timer);
    project.timer = setTimeout(() => void this.#tryLook(folder), ms);
  }

  /** Without an agent nothing is known, and what was said before is not said again of another text. */
  async #tryLook(folder: string): Promise<void> {
    if (this.#link.agent === undefined || !vscode.workspace.isTrusted) return;
    try {
      await this.look(folder);
    } catch (error) {
      if (hasCode(error, 'agent.disconnected')) return;
      const project = this.#projects.get(folder);
      if (project !== undefined) this.#publish(project, new Map());
      // A folder that is no repository, or has no tidegate.yaml any more, is told by the views.
      if (!hasCode(error, 'git.not-a-repository', 'config.missing')) this.#log(messageOf(error));
    }
  }

  #byFile(folder: string, problems: readonly ConfigProblem[]): ReadonlyMap<string, readonly FoundHere[]> {
    const found = new Map<string, FoundHere[]>();
    for (const problem of problems) {
      const key = this.uriOf(folder, problem.file).toString();
      found.set(key, [...(found.get(key) ?? []), { diagnostic: diagnosticOf(problem), fix: problem.fix }]);
    }
    return found;
  }

  #publish(project: Project, found: Project['found']): void {
    for (const key of project.found.keys())
      if (!found.has(key)) this.#collection.delete(vscode.Uri.parse(key, true));
    project.found = found;
    for (const [key, all] of found)
      this.#collection.set(
        vscode.Uri.parse(key, true),
        all.map(({ diagnostic }) => diagnostic),
      );
  }
}

function diagnosticOf({
  line,
  column,
  end,
  severity,
  message,
  hint,
  code,
}: ConfigProblem): vscode.Diagnostic {
  const range = new vscode.Range(positionOf({ line, column }), positionOf(end));
  const level = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, [message, hint].filter(Boolean).join('\n'), level);
  diagnostic.source = 'tidegate';
  diagnostic.code = code;
  return diagnostic;
}

/** What differs from the disk, by paths seen from the folder; and the versions of all that is open. */
function openTexts(folder: string): {
  readonly texts: Record<string, string>;
  readonly versions: ReadonlyMap<string, number>;
} {
  const texts: Record<string, string> = {};
  const versions = new Map<string, number>();
  for (const document of vscode.workspace.textDocuments) {
    if (document.uri.scheme !== 'file') continue;
    versions.set(document.uri.toString(), document.version);
    const seen = path.relative(folder, document.uri.fsPath).split(path.sep).join('/');
    if (document.isDirty && !path.isAbsolute(seen)) texts[seen] = document.getText();
  }
  return { texts, versions };
}
