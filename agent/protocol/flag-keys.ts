/** What `flagKeys` tells: where the flags of the working tree are defined. Asks no engine. */
import type { FlagStatus } from './methods.ts';

export interface FlagKeysResult {
  /** Absolute path of the flags file; `null`: tidegate.yaml names none. */
  readonly file: string | null;
  /** `null`: the file is not there, or is no YAML at the moment. */
  readonly keys: readonly FlagKey[] | null;
}

/** The keys' names also where the rest of a flag is wrong. */
export interface FlagKey extends Pick<FlagStatus, 'key' | 'description' | 'owner' | 'kind' | 'expires'> {
  /** Where the key stands; both from 1, columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly default: boolean | null;
  /** Missing: the rest of the flag is wrong. */
  readonly type?: FlagStatus['type'];
  readonly variants?: readonly string[];
}
