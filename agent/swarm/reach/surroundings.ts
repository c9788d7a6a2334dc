/** The machine that is asked about, which in a test is not the one that asks. */
import { posix, win32 } from 'node:path';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform?: NodeJS.Platform;
  /** The docker context an environment names in tidegate.yaml. */
  readonly context?: string | undefined;
  /** Text of a file; `undefined` when it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Names in a folder; none when it cannot be read. */
  readonly list: (folder: string) => Promise<readonly string[]>;
}

export function isWindows(around: Surroundings): boolean {
  return (around.platform ?? process.platform) === 'win32';
}

export function paths(around: Surroundings): typeof posix {
  return isWindows(around) ? win32 : posix;
}
