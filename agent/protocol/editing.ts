/** What an editor asks while somebody writes a tidegate.yaml, or the flags file beside it: all of it of the text as it stands there, saved or not. */
import * as z from 'zod';
import type { Position } from './validate.ts';

const folder = z.string().min(1);
/** Of the file; `null`: as it is on disk. */
const text = z.string().nullable();
const at = z.strictObject({ line: z.int().min(1), column: z.int().min(1) });
/** Whose rules hold. Left out: those of tidegate.yaml. */
const file = z.enum(['tidegate', 'flags']).optional();

export const editingParams = {
  outline: z.strictObject({ folder, text }),
  complete: z.strictObject({ folder, text, at, file }),
  hover: z.strictObject({ folder, text, at, file }),
} as const;

export interface EditingResults {
  outline: OutlineResult;
  complete: { readonly items: readonly Completion[] };
  /** `null`: there is nothing to say about that place. */
  hover: { readonly found: Hover | null };
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** What is named in the file, and where; as far as it can be read. */
export interface OutlineResult {
  readonly environments: readonly Named[];
  readonly services: readonly Named[];
  readonly suites: readonly NamedSuite[];
  /** Compose files and the flags file, seen from the folder of tidegate.yaml. */
  readonly files: readonly string[];
}

export interface Named {
  readonly name: string;
  /** Of its key. */
  readonly range: Range;
}

export interface NamedSuite extends Named {
  readonly stage: 'build' | 'preview' | 'live' | null;
  readonly service: string | null;
}

export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  /** Takes the place of `range`; behind a line break it is indented from the line it stands in. */
  readonly insert: string;
  readonly range: Range;
  readonly description: string;
  /** A name out of the project's files, which no schema knows. */
  readonly named?: true;
}

export interface Hover {
  /** Keys from the root down, and places in lists. */
  readonly path: readonly (string | number)[];
  readonly on: 'key' | 'value';
  readonly range: Range;
  /** `null`: the name of something. */
  readonly description: string | null;
}
