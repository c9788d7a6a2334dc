/** What an editor asks of the flags file as it stands there, saved or not. Nothing is written, and no engine is asked. */
import * as z from 'zod';
import type { Range } from './editing.ts';

/** A value of the file, without null, which means nothing in it. */
export type FileValue =
  string | number | boolean | readonly FileValue[] | { readonly [key: string]: FileValue };

const fileValue: z.ZodType<FileValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(fileValue), z.record(z.string(), fileValue)]),
);
const fileMap = z.record(z.string(), fileValue);

const folder = z.string().min(1);
/** Of the flags file; `null`: as it is on disk. */
const text = z.string().nullable();
const key = z.string().min(1);
/** Whose rules: those of one environment, which take the place of the flag's; `null`: the flag's. */
const environment = z.string().min(1).nullable();
const index = z.int().nonnegative();

export const flagChange = z.discriminatedUnion('kind', [
  /** `rest`: type, variants and what else it is to have, as the file has it. */
  z.strictObject({ kind: z.literal('create'), key, description: z.string().min(1), rest: fileMap }),
  z.strictObject({ kind: z.literal('remove'), key }),
  /**
   * `when`, `serve`: as the file has them. `at`: before which rule; `null`: behind the last. An environment without
   * rules of its own gets those of the flag as well.
   */
  z.strictObject({
    kind: z.literal('add-rule'),
    key,
    environment,
    when: fileMap,
    serve: z.union([z.string(), fileMap]),
    at: index.nullable(),
  }),
  z.strictObject({ kind: z.literal('remove-rule'), key, environment, index }),
  z.strictObject({ kind: z.literal('move-rule'), key, environment, from: index, to: index }),
]);
export type FlagChange = z.infer<typeof flagChange>;

export const flagEditingParams = {
  flagRules: z.strictObject({ folder, text, key }),
  flagEdit: z.strictObject({ folder, text, change: flagChange }),
  /** `text`: of tidegate.yaml, as the editor has it. */
  nameFlagsFile: z.strictObject({ folder, text }),
} as const;

export interface FlagRule {
  /** In words: `plan is pro`. */
  readonly when: string;
  /** In words: `quick`, `25% quick, 75% classic by userId`. */
  readonly serve: string;
}

export interface FlagRules {
  /** `null`: the flag's; else an environment that has its own, which take their place. */
  readonly environment: string | null;
  readonly rules: readonly FlagRule[];
  /** In flagd's own language instead: there are no rules then. */
  readonly hasTargeting: boolean;
}

export interface FlagRulesResult {
  /** Absolute path. */
  readonly file: string;
  readonly key: string;
  readonly variants: readonly string[];
  /** Names that conditions can use. */
  readonly segments: readonly string[];
  /** Attributes that conditions of the file use. */
  readonly attributes: readonly string[];
  /** Of tidegate.yaml. */
  readonly environments: readonly string[];
  /** The flag's first. */
  readonly lists: readonly FlagRules[];
}

export interface FlagEditResult {
  /** Absolute path. */
  readonly file: string;
  /** False: there is no such file yet, and the text is all of it. */
  readonly exists: boolean;
  readonly range: Range;
  readonly newText: string;
}

export interface FlagEditingResults {
  flagRules: FlagRulesResult;
  flagEdit: FlagEditResult;
  /** Of tidegate.yaml, which names no flags file. */
  nameFlagsFile: FlagEditResult;
}
