import type { Change } from './fix/change.ts';
import type { Pin } from './fix/pin.ts';
import type { Problem } from './model.ts';

/** A place in a file; line and column from 1, the column in UTF-16 units as editors count. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Finding {
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly hint: string;
  /** What makes it go, where a machine can do that. */
  readonly change?: Change | undefined;
  /** An image that whoever knows its digest can pin. */
  readonly pin?: Pin | undefined;
}

/** Collects what is wrong with the files instead of stopping at the first problem. */
export class Report {
  readonly #problems: Problem[] = [];

  error(at: Place, finding: Finding): void {
    this.#add('error', at, finding);
  }

  warning(at: Place, finding: Finding): void {
    this.#add('warning', at, finding);
  }

  get hasErrors(): boolean {
    return this.#problems.some(({ severity }) => severity === 'error');
  }

  hasErrorIn(file: string): boolean {
    return this.#problems.some((problem) => problem.severity === 'error' && problem.file === file);
  }

  /** Sorted by file, line and column; a value used twice through an alias is reported once. */
  problems(): readonly Problem[] {
    return sortProblems(this.#problems);
  }

  #add(severity: Problem['severity'], at: Place, finding: Finding): void {
    const { file, line, column } = at;
    this.#problems.push({ severity, file, line, column, ...finding });
  }
}

export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
