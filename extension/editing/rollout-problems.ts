/** What a rollout found wrong with the files of its commit: a failed step of a Dockerfile, a configuration nobody can deploy. */
import * as vscode from 'vscode';
import { hasCode } from '../../agent/protocol/errors.ts';
import type { ProblemEvent } from '../../agent/protocol/validate.ts';
import type { About, Heard } from '../hearing.ts';
import type { Problems } from './problems.ts';
import { positionOf } from './ranges.ts';

type Placed = Omit<ProblemEvent, 'kind'> & { readonly severity?: 'error' | 'warning' };

/** They go when the next one begins, or when somebody changes the file. */
export class RolloutProblems implements Heard {
  readonly #problems: Problems;
  readonly #collection = vscode.languages.createDiagnosticCollection('tidegate rollout');
  readonly #files = new Map<string, Set<string>>();
  readonly #changes: vscode.Disposable;

  constructor(problems: Problems) {
    this.#problems = problems;
    this.#changes = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#collection.delete(document.uri);
    });
  }

  readonly began = ({ folder, environment }: About): void => {
    const key = `${folder}#${environment}`;
    for (const file of this.#files.get(key) ?? []) this.#collection.delete(vscode.Uri.parse(file, true));
    this.#files.delete(key);
  };

  readonly event: NonNullable<Heard['event']> = (about, _rollout, event) => {
    if (event.kind === 'problem') this.#add(about, [event]);
  };

  readonly failed = (about: About, error: unknown): void => {
    if (!hasCode(error, 'config.invalid')) return;
    const { problems } = error.data;
    if (Array.isArray(problems)) this.#add(about, problems as readonly Placed[]);
  };

  dispose(): void {
    this.#changes.dispose();
    this.#collection.dispose();
  }

  #add(about: About, placed: readonly Placed[]): void {
    const key = `${about.folder}#${about.environment}`;
    const files = this.#files.get(key) ?? new Set<string>();
    this.#files.set(key, files);
    for (const problem of placed) {
      const uri = this.#problems.uriOf(about.folder, problem.file);
      files.add(uri.toString());
      this.#collection.set(uri, [...(this.#collection.get(uri) ?? []), diagnosticOf(about, problem)]);
    }
  }
}

/** To the end of its line: the commit's text is not at hand, and the line is what was told. */
function diagnosticOf({ environment }: About, problem: Placed): vscode.Diagnostic {
  const start = positionOf(problem);
  const end = new vscode.Position(start.line, Number.MAX_SAFE_INTEGER);
  const level =
    problem.severity === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
  const diagnostic = new vscode.Diagnostic(new vscode.Range(start, end), problem.message, level);
  diagnostic.source = `tidegate, ${environment}`;
  diagnostic.code = problem.code;
  return diagnostic;
}
