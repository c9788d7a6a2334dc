/** The flags file of the working tree as it is saved. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Problem, ReadFile } from '../../config/model.ts';
import { loadProject } from '../../config/project.ts';
import { readFlagsFile } from '../../flags/file/flags-file.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { Agent } from '../agent.ts';
import type { Checkout } from '../place.ts';
import { noFlagsFile } from './failures.ts';

export interface WorkingFlags {
  /** Inside the repository. */
  readonly file: string;
  readonly definitions: readonly FlagDefinition[];
  /** Errors; then `definitions` are those that are right all the same. */
  readonly problems: readonly Problem[];
}

/**
 * For who looks again and again: the same object as long as neither tidegate.yaml nor the flags file is another. Throws
 * `flags.no-file` where tidegate.yaml names none.
 */
export function openWorkingFlags(
  agent: Agent,
  checkout: Checkout,
  environment: string,
): () => Promise<WorkingFlags> {
  const { root } = checkout.repository;
  let known: { readonly texts: string; readonly flags: WorkingFlags } | undefined;
  return async () => {
    // Read before they are understood: what changes meanwhile is another text the next time.
    const config = path.posix.join(checkout.folder, 'tidegate.yaml');
    const files = known ? [config, known.flags.file] : [config];
    const texts = JSON.stringify(await Promise.all(files.map((file) => textIn(root, file))));
    if (known?.texts !== texts)
      known = { texts, flags: await readWorkingFlags(agent, checkout, environment) };
    return known.flags;
  };
}

async function textIn(root: string, file: string): Promise<string | undefined> {
  return readFile(path.join(root, file), 'utf8').catch(() => undefined);
}

async function readWorkingFlags(
  { env }: Agent,
  { repository: { root }, folder }: Checkout,
  environment: string,
): Promise<WorkingFlags> {
  const read: ReadFile = (file) => textIn(root, file);
  const { flagsFile } = await loadProject({
    ...{ readCommitFile: read, readCheckoutFile: read, variables: env, folder, environment },
  });
  if (!flagsFile) throw noFlagsFile(path.join(root, folder, 'tidegate.yaml'));
  const { path: file, namedAt } = flagsFile;
  const text = await read(file);
  if (text === undefined) {
    const missing: Problem = {
      ...{ severity: 'error', ...namedAt, code: 'flags.missing', message: `There is no ${file}.` },
      hint: 'Write it, or set "flags:" to its path as seen from tidegate.yaml.',
    };
    return { file, definitions: [], problems: [missing] };
  }
  const { flags, problems } = readFlagsFile(file, text, environment);
  return { file, definitions: flags, problems: problems.filter(({ severity }) => severity === 'error') };
}
