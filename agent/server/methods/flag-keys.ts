import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReadFile } from '../../config/model.ts';
import { loadProject } from '../../config/project.ts';
import { readFlagKeys } from '../../flags/file/keys.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { configFolder } from '../place.ts';

/** The flags file of the working tree, or the text that an editor has of it. */
export async function flagKeys(agent: Agent, params: Params<'flagKeys'>): Promise<Results['flagKeys']> {
  const repository = await agent.connections.repository(params.folder);
  const { root } = repository;
  const folder = await configFolder(root, params.folder);
  const read: ReadFile = (file) => readFile(path.join(root, file), 'utf8').catch(() => undefined);
  // Which environment it is read for changes nothing of where its flags are.
  const { flagsFile, environments } = await loadProject({
    ...{ readCommitFile: read, readCheckoutFile: read, variables: agent.env, folder },
    environment: '',
  });
  if (!flagsFile) return { file: null, keys: null };
  const text = params.text ?? (await read(flagsFile.path));
  return {
    file: path.join(root, flagsFile.path),
    keys: text === undefined ? null : readFlagKeys(flagsFile.path, text, environments[0] ?? ''),
  };
}
