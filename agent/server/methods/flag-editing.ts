/** The flags file as an editor changes it: what it says in words, and changes as edits of its text. Nothing is written. */
import { positionOf } from '../../config/fix/layout.ts';
import { noFlagsFile } from '../../flags/file/edit/failures.ts';
import { editFlags } from '../../flags/file/edit/edit-flags.ts';
import { readRules } from '../../flags/file/edit/rules.ts';
import type { FlagEditingResults } from '../../protocol/flag-editing.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { workingFlags, type WorkingFlags } from '../flags-file.ts';

export async function flagRules(
  agent: Agent,
  { folder, text, key }: Params<'flagRules'>,
): Promise<FlagEditingResults['flagRules']> {
  const flags = await flagsOf(agent, folder, text);
  const { file, environments } = flags;
  return { file, key, environments, ...readRules({ file: flags.path, text: flags.text ?? '' }, key) };
}

export async function flagEdit(
  agent: Agent,
  { folder, text, change }: Params<'flagEdit'>,
): Promise<FlagEditingResults['flagEdit']> {
  const { file, path, text: before = '', ...flags } = await flagsOf(agent, folder, text);
  const { start, end, newText } = editFlags({ file: path, text: before }, change);
  return {
    file,
    exists: flags.exists,
    range: { start: positionOf(before, start), end: positionOf(before, end) },
    newText,
  };
}

async function flagsOf(
  agent: Agent,
  folder: string,
  text: string | null,
): Promise<WorkingFlags & { readonly exists: boolean }> {
  const flags = await workingFlags(agent, folder, text);
  if (!flags) throw noFlagsFile();
  return { ...flags, exists: flags.text !== undefined };
}
