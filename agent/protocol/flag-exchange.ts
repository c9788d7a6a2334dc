/** Methods that bring flags into other programs' files, and out of them. */
import * as z from 'zod';

const folder = z.string().min(1);

export const flagExchangeParams = {
  /** What holds, with what is switched; reads only. */
  'flags.export': z.strictObject({
    folder,
    environment: z.string().min(1),
    format: z.enum(['flagd', 'unleash', 'launchdarkly', 'tidegate']),
  }),
  /**
   * Into the flags file of the working tree. `file`: an absolute path on the agent's machine; `from`: which environment of
   * theirs, where it has several; `replace`: keys that are there already are replaced, else nothing is written;
   * `write: false`: only says what it would write.
   */
  'flags.import': z.strictObject({
    folder,
    file: z.string().min(1),
    format: z.enum(['auto', 'flagd', 'unleash', 'launchdarkly', 'tidegate']),
    from: z.string().min(1).nullable(),
    replace: z.boolean(),
    write: z.boolean(),
  }),
} as const;

export interface FlagLost {
  readonly key: string;
  readonly why: string;
}

export interface FlagExportResult {
  /** `partial`: see `lost`. */
  readonly outcome: 'done' | 'partial';
  readonly environment: string;
  readonly stack: string;
  readonly format: 'flagd' | 'unleash' | 'launchdarkly' | 'tidegate';
  /** The file. */
  readonly text: string;
  /** Flags that are not in it, since it cannot say them, and what is not as it was of those that are. */
  readonly lost: readonly FlagLost[];
}

export interface FlagImportResult {
  /** `partial`: something could not be carried over (`lost`); `failed`: nothing could. */
  readonly outcome: 'done' | 'unchanged' | 'partial' | 'failed';
  readonly file: string;
  readonly format: 'flagd' | 'unleash' | 'launchdarkly' | 'tidegate';
  readonly written: boolean;
  /** Of the whole file, as it is now or would be. */
  readonly text: string;
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  /** Flags that are not there, and what is not as it was of those that are. */
  readonly lost: readonly FlagLost[];
  readonly message: string;
}

export interface FlagExchangeResults {
  'flags.export': FlagExportResult;
  'flags.import': FlagImportResult;
}
