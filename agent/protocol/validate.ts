/** What `validate` tells: everything wrong with the files of the working tree, and what would repair it. */

export interface ValidateResult {
  /** `wrong`: there are errors; no commit of these files could be deployed. */
  readonly outcome: 'right' | 'wrong';
  /** Of tidegate.yaml inside the repository, with `/`; `''`: its root, from which all files below are named. */
  readonly folder: string;
  /** That were looked at. */
  readonly environments: readonly string[];
  /** By file and line. With `fix: true`: what is left. */
  readonly problems: readonly ConfigProblem[];
  /** What was repaired, with `fix: true`. */
  readonly fixed: readonly { readonly file: string; readonly title: string }[];
}

export interface ConfigProblem extends Position {
  readonly severity: 'error' | 'warning';
  /** Inside the repository, with `/`. */
  readonly file: string;
  /** Where what it is about ends. */
  readonly end: Position;
  /** Stable: `compose.no-healthcheck`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Those it is found in; all that were looked at where it does not depend on one. */
  readonly environments: readonly string[];
  /** `null`: somebody has to think. */
  readonly fix: Fix | null;
}

/** Made for the text as it is now, as an editor's code action. */
export interface Fix {
  /** "Set stop_grace_period to 30s". */
  readonly title: string;
  /** None overlaps another. */
  readonly edits: readonly FileEdit[];
}

export interface FileEdit {
  readonly file: string;
  readonly range: { readonly start: Position; readonly end: Position };
  readonly newText: string;
}

/** Both from 1; columns in UTF-16 units, as editors count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Told while something runs: what is wrong at a place of the commit's files, and ends it. The result says so as well. */
export interface ProblemEvent extends Position {
  readonly kind: 'problem';
  /** Inside the repository, with `/`. */
  readonly file: string;
  readonly code: string;
  readonly message: string;
}
