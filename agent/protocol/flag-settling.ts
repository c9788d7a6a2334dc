/** Methods about what a flag is in the file and here, what it was, and going back. */
import * as z from 'zod';

const environment = z.string().min(1);
const folder = z.string().min(1);
const key = z.string().min(1);
/** Empty: all that differ. */
const keys = z.array(key);
const changed = { folder, confirmed: z.boolean().optional() };

/** For those who look at the history; kept in the ledger, where everybody of the environment reads it. */
export const flagReason = z.string().max(2_000);

export const flagSettlingParams = {
  /** The flags file of the working tree against the environment. Changes nothing. */
  'flags.drift': z.strictObject({ folder, environment, keys }),
  /** Writes what is live into the flags file of the working tree. `write: false`: only says what it would write. */
  'flags.take': z.strictObject({ folder, environment, keys, write: z.boolean() }),
  /** Makes the environment what the flags file of the working tree says. */
  'flags.apply': z.strictObject({ ...changed, environment, keys, reason: flagReason.optional() }),
  'flags.history': z.strictObject({ folder, environment, key }),
  /** `change`: the number of the change that somebody wants undone; only the last one of its flag can be. */
  'flags.undo': z.strictObject({ ...changed, environment, key, change: z.int().positive().optional() }),
} as const;

/** What somebody switched a flag to. */
export interface FlagSwitch {
  /** `null`: nobody has; what its definition says holds. */
  readonly state: 'on' | 'off' | null;
  /** Percent of its users; `null`: no share was said. */
  readonly share: number | null;
  /** What they get; missing: no variant was said. */
  readonly variant?: string;
}

export interface FlagDrift {
  readonly key: string;
  readonly live: FlagSwitch;
  /** What the file says: `on`, `off`, `on: on 25 %, off 75 %`; `null`: it does not define the flag. */
  readonly file: string | null;
  /** Who switched it, when, and why. */
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string | null;
  /** Why it cannot be written into the file, or the file be applied; `null`: it can. */
  readonly cannotTake: string | null;
  readonly cannotApply: string | null;
}

export interface FlagDriftResult {
  readonly environment: string;
  readonly stack: string;
  /** Inside the repository. */
  readonly file: string;
  readonly drift: readonly FlagDrift[];
}

export interface FlagLeft {
  readonly key: string;
  readonly why: string;
}

export interface FlagTakeResult {
  /** `failed`: nothing of what differs could be written. */
  readonly outcome: 'done' | 'unchanged' | 'partial' | 'failed';
  readonly environment: string;
  readonly stack: string;
  readonly file: string;
  readonly written: boolean;
  /** Of the whole file, as it is now or would be. */
  readonly text: string;
  readonly taken: readonly { readonly key: string; readonly to: FlagSwitch }[];
  readonly left: readonly FlagLeft[];
  readonly message: string;
}

export interface FlagApplyResult {
  /** `partial`: see `left`, or not every control has said that it serves it (`missing`). */
  readonly outcome: 'done' | 'unchanged' | 'partial' | 'failed';
  readonly environment: string;
  readonly stack: string;
  readonly applied: readonly { readonly key: string; readonly from: FlagSwitch; readonly to: FlagSwitch }[];
  readonly left: readonly FlagLeft[];
  readonly message: string;
  readonly controls: number;
  readonly missing: readonly string[];
}

export interface FlagChangeTold {
  /** Counts up, over all flags of the environment. */
  readonly change: number;
  readonly at: string;
  readonly by: string;
  /** `null`: it is not known any more. */
  readonly from: FlagSwitch | null;
  readonly to: FlagSwitch;
  readonly reason: string | null;
}

export interface FlagHistoryResult {
  readonly environment: string;
  readonly stack: string;
  readonly flag: string;
  /** Newest first; the ledger keeps the last of each flag, and the last 200 of all. */
  readonly changes: readonly FlagChangeTold[];
}

export interface FlagUndoResult {
  readonly outcome: 'done' | 'partial';
  readonly environment: string;
  readonly stack: string;
  readonly flag: string;
  readonly undone: number;
  readonly to: FlagSwitch;
  readonly message: string;
  readonly controls: number;
  readonly missing: readonly string[];
}

export interface FlagSettlingResults {
  'flags.drift': FlagDriftResult;
  'flags.take': FlagTakeResult;
  'flags.apply': FlagApplyResult;
  'flags.history': FlagHistoryResult;
  'flags.undo': FlagUndoResult;
}
