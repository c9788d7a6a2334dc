/** Methods about flags on this machine: served for development, and overridden for it. Environments stay as they are. */
import * as z from 'zod';

const folder = z.string().min(1);
const targetingKey = z.string().min(1).max(500).nullable();

export const localFlagParams = {
  /**
   * Serves the flags of the working tree until it is cancelled. `environment`: whose part of the definitions holds; `null`:
   * the first one's. `states`: what is switched is what the file says, or what is switched in the environment. `port`: for
   * OFREP and Unleash, the next one is flagd's; `null`: the project's usual ones, or others when they are taken.
   */
  'flags.serve': z.strictObject({
    folder,
    environment: z.string().min(1).nullable(),
    states: z.enum(['file', 'environment']),
    port: z.int().min(1).max(65_534).nullable(),
  }),
  /** `to`: the name of a variant, the value of one, or JSON. `targetingKey`: for one user; `null`: for everybody. */
  'flags.override': z.strictObject({ folder, key: z.string().min(1), to: z.string().min(1), targetingKey }),
  /** `key`: of one flag; `null`: of all. `targetingKey`: that one (`null`: the one for everybody); left out: all. */
  'flags.clearOverrides': z.strictObject({
    folder,
    key: z.string().min(1).nullable(),
    targetingKey: targetingKey.optional(),
  }),
  /** What an application is told to read what is served; `null`: the first environment. */
  'flags.variables': z.strictObject({ folder, environment: z.string().min(1).nullable() }),
  /** `follow`: tells of each change until it is cancelled. */
  'flags.local': z.strictObject({ folder, follow: z.boolean() }),
} as const;

export interface LocalOverride {
  readonly flag: string;
  /** For this user alone; `null`: for everybody. */
  readonly targetingKey: string | null;
  /** The name of a variant, or a value as JSON. */
  readonly to: string;
  /** Why it has no effect: its flag is not defined any more, or not so. */
  readonly problem: string | null;
}

/** What an SDK has to be told, under the names that services of an environment have. */
export type FlagVariables = Readonly<Record<string, string>>;

export interface ServedFlags {
  readonly environment: string;
  readonly states: 'file' | 'environment';
  /** Of OFREP; Unleash's is below it. */
  readonly url: string;
  readonly variables: FlagVariables;
  /** Of the process that serves them. */
  readonly pid: number;
}

/** What is overridden and served on this machine, of one project. */
export interface LocalFlags {
  /** Absolute path of the folder of tidegate.yaml. */
  readonly folder: string;
  readonly overrides: readonly LocalOverride[];
  /** Whichever process does it. */
  readonly served: readonly ServedFlags[];
}

export interface LocalFlagsEvent {
  readonly kind: 'local';
  readonly flags: LocalFlags;
}

export interface ServingProblem {
  /** Inside the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

/** Told when it begins to listen, and whenever something of it is another. */
export interface ServingEvent extends ServedFlags {
  readonly kind: 'serving';
  /** The flags file, inside the repository. */
  readonly file: string;
  /** How many flags are served; `null`: the file could not be read yet, and SDKs are told so. */
  readonly flags: number | null;
  /** Another one: something else is served than before. */
  readonly digest: string | null;
  readonly overrides: readonly LocalOverride[];
  /** Why the file as it is now is not what is served: the last good one is. */
  readonly problems: readonly ServingProblem[];
  /** Why what is switched in the environment is not known, or not known any more. */
  readonly statesProblem: string | null;
  /** True: the project's usual ports are taken. */
  readonly moved: boolean;
}

export interface OverrideResult {
  readonly outcome: 'done' | 'unchanged';
  readonly override: LocalOverride;
  readonly message: string;
}

export interface ClearOverridesResult {
  readonly outcome: 'done' | 'unchanged';
  readonly cleared: readonly LocalOverride[];
  readonly message: string;
}

export interface VariablesResult {
  readonly environment: string;
  /** False: nobody serves it now; it will be there as a rule. */
  readonly served: boolean;
  readonly variables: FlagVariables;
}

export interface LocalFlagResults {
  'flags.variables': VariablesResult;
  'flags.serve': { readonly environment: string };
  'flags.override': OverrideResult;
  'flags.clearOverrides': ClearOverridesResult;
  'flags.local': LocalFlags;
}
