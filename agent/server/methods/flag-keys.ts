import { readFlagKeys } from '../../flags/file/keys.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { workingFlags } from '../flags-file.ts';

/** The flags file of the working tree, or the text that an editor has of it. */
export async function flagKeys(agent: Agent, params: Params<'flagKeys'>): Promise<Results['flagKeys']> {
  const flags = await workingFlags(agent, params.folder, params.text);
  if (!flags) return { file: null, keys: null };
  const { file, path, text, environments } = flags;
  return { file, keys: text === undefined ? null : readFlagKeys(path, text, environments[0] ?? '') };
}
