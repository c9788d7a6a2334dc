/** The flags file of a working tree: where it is, and its text there or in an editor. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReadFile } from '../config/model.ts';
import { loadProject } from '../config/project.ts';
import type { Agent } from './agent.ts';
import { configFolder } from './place.ts';

export interface WorkingFlags {
  /** Absolute path. */
  readonly file: string;
  /** Inside the repository. */
  readonly path: string;
  /** Without a byte order mark; `undefined`: there is no such file. */
  readonly text: string | undefined;
  /** Of tidegate.yaml. */
  readonly environments: readonly string[];
}

/** `text`: as an editor has it, which goes before the disk. `undefined`: tidegate.yaml names no flags file. */
export async function workingFlags(
  agent: Agent,
  from: string,
  text: string | null,
): Promise<WorkingFlags | undefined> {
  const { root } = await agent.connections.repository(from);
  const folder = await configFolder(root, from);
  const read: ReadFile = (file) => readFile(path.join(root, file), 'utf8').catch(() => undefined);
  // Which environment it is read for changes nothing of where its flags are.
  const { flagsFile, environments } = await loadProject({
    ...{ readCommitFile: read, readCheckoutFile: read, variables: agent.env, folder },
    environment: '',
  });
  if (!flagsFile) return undefined;
  return {
    file: path.join(root, flagsFile.path),
    path: flagsFile.path,
    text: (text ?? (await read(flagsFile.path)))?.replace(/^\ufeff/, ''),
    environments,
  };
}
