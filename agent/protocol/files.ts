/** Methods about the project's files: they need no cluster. */
import * as z from 'zod';
import { editingParams, type EditingResults } from './editing.ts';
import type { FlagKeysResult } from './flag-keys.ts';
import type { InitResult } from './init.ts';
import type { BlobResult } from './rollback-plan.ts';
import type { ValidateResult } from './validate.ts';

/** Where the client stands. */
const folder = z.string().min(1);

export const fileParams = {
  /**
   * `compose`: the compose file, seen from `folder`; `null`: the usual one. `write: false`: only says what it would write.
   * `fix`: repairs what a machine can repair in the compose file, too.
   */
  init: z.strictObject({
    folder,
    compose: z.string().min(1).nullable(),
    write: z.boolean(),
    fix: z.boolean(),
  }),
  /**
   * Of the working tree. `fix`: what a machine can repair is repaired in the files. `texts`: what an editor has of files
   * and has not saved, by their paths seen from the folder of tidegate.yaml; for looking only, not for `fix`.
   */
  validate: z.strictObject({
    folder,
    environment: z.string().min(1).nullable(),
    fix: z.boolean(),
    texts: z.record(z.string(), z.string()).optional(),
  }),
  ...editingParams,
  /** A file of a commit, by the id that `rollbackPlan` named. */
  blob: z.strictObject({ folder, blob: z.string().regex(/^[0-9a-f]{40}$/) }),
  /** `text`: what an editor has of the flags file; `null`: what is on disk. */
  flagKeys: z.strictObject({ folder, text: z.string().nullable() }),
} as const;

export interface FileResults extends EditingResults {
  init: InitResult;
  validate: ValidateResult;
  blob: BlobResult;
  flagKeys: FlagKeysResult;
}
