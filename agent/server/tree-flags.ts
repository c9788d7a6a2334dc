/** The flags file of the working tree, committed or not. */
import path from 'node:path';
import { failure } from '../common/errors.ts';
import { configInvalid } from '../config/failures.ts';
import { loadProject } from '../config/project.ts';
import { readFlagsFile } from '../flags/file/flags-file.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { Agent } from './agent.ts';
import type { Checkout } from './place.ts';

export interface TreeFlags {
  /** Inside the repository. */
  readonly file: string;
  readonly absolute: string;
  readonly text: string;
  readonly flags: readonly FlagDefinition[];
}

/** As `environment` has them. Throws where the project has none, or they are wrong. */
export async function readTreeFlags(
  agent: Agent,
  checkout: Checkout,
  environment: string,
): Promise<TreeFlags> {
  const { file, absolute, text } = await findTreeFlags(agent, checkout, environment);
  if (text === undefined) throw noFile(`There is no ${file} in the working tree.`);
  const { flags, problems } = readFlagsFile(file, text, environment);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw configInvalid(errors);
  return { file, absolute, text, flags };
}

/** `text: undefined`: tidegate.yaml names it, and it is not there. */
export async function findTreeFlags(
  agent: Agent,
  { repository, folder, readCheckoutFile }: Checkout,
  environment: string,
): Promise<Pick<TreeFlags, 'file' | 'absolute'> & { readonly text: string | undefined }> {
  const { flagsFile } = await loadProject({
    ...{ readCommitFile: readCheckoutFile, readCheckoutFile, variables: agent.env, folder, environment },
  });
  if (!flagsFile) throw noFile('tidegate.yaml names no flags file.');
  const text = await readCheckoutFile(flagsFile.path);
  return { file: flagsFile.path, absolute: path.join(repository.root, flagsFile.path), text };
}

function noFile(message: string): Error {
  return failure('flags.no-file', {
    message,
    hint: 'Write "flags: flags.yaml" into tidegate.yaml, and define flags in that file: docs/flags.md.',
  });
}
