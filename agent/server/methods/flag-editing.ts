/** The flags file as an editor changes it: what it says in words, and changes as edits of its text. Nothing is written. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { configMissing } from '../../config/failures.ts';
import { editsOf } from '../../config/fix/edits.ts';
import { positionOf } from '../../config/fix/layout.ts';
import { applyEdits, difference } from '../../config/fix/text-edit.ts';
import { cannotNameFlagsFile, noFlagsFile } from '../../flags/file/edit/failures.ts';
import { editFlags } from '../../flags/file/edit/edit-flags.ts';
import { readRules } from '../../flags/file/edit/rules.ts';
import type { FlagEditingResults } from '../../protocol/flag-editing.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { workingFlags, type WorkingFlags } from '../flags-file.ts';
import { configFolder } from '../place.ts';

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

/** For the first flag of a project. */
export async function nameFlagsFile(
  agent: Agent,
  { folder, text }: Params<'nameFlagsFile'>,
): Promise<FlagEditingResults['nameFlagsFile']> {
  const { root } = await agent.connections.repository(folder);
  const inside = path.join(await configFolder(root, folder), 'tidegate.yaml');
  const file = path.join(root, inside);
  const before = text ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (before === undefined) throw configMissing(inside);
  const title = 'Name the flags file';
  const edits = editsOf(before, { kind: 'set', title, file: inside, path: ['flags'], value: 'flags.yaml' });
  if (!edits) throw cannotNameFlagsFile(inside);
  const { start, end, newText } = difference(before, applyEdits(before, edits));
  return {
    ...{ file, exists: true, newText },
    range: { start: positionOf(before, start), end: positionOf(before, end) },
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
