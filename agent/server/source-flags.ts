/** The flags file of a commit: read from the commit, even where tidegate.yaml is the checkout's. */
import type { Problem, ReadFile } from '../config/model.ts';
import type { LoadedProject } from '../config/project.ts';
import { readFlagsFile, type FlagsFile } from '../flags/file/flags-file.ts';

/** `flags` are `undefined` where the project names no flags file. */
export interface SourceFlags {
  readonly flags: FlagsFile['flags'] | undefined;
  readonly problems: readonly Problem[];
}

export async function readSourceFlags(
  { flagsFile }: LoadedProject,
  readCommitFile: ReadFile,
  environment: string,
): Promise<SourceFlags> {
  if (!flagsFile) return { flags: undefined, problems: [] };
  const text = await readCommitFile(flagsFile.path);
  if (text !== undefined) return readFlagsFile(flagsFile.path, text, environment);
  const missing: Problem = {
    severity: 'error',
    ...flagsFile.namedAt,
    code: 'flags.missing',
    message: `There is no ${flagsFile.path} in the commit.`,
    hint: 'Commit it, or set "flags:" to its path as seen from tidegate.yaml.',
  };
  return { flags: [], problems: [missing] };
}
