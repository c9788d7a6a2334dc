/** What an editor asks while a tidegate.yaml or a flags file is written. None of it needs a repository, a right file, or an engine. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { complete } from '../../config/editing/complete.ts';
import { scalarsOf } from '../../config/editing/cursor.ts';
import { hover, outline } from '../../config/editing/places.ts';
import { completeFlags, hoverFlags } from '../../flags/file/editing.ts';
import type { EditingResults } from '../../protocol/editing.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { workingFlags } from '../flags-file.ts';

/** More than any tidegate.yaml or compose file has; the reader refuses larger ones. */
const longest = 200_000;

export async function outlineFile(
  _agent: Agent,
  params: Params<'outline'>,
): Promise<EditingResults['outline']> {
  return outline(await textOf(params));
}

export async function completeFile(
  agent: Agent,
  params: Params<'complete'>,
): Promise<EditingResults['complete']> {
  const { folder, text, at } = params;
  if (params.file === 'flags') {
    const { environments } = outline(await textOf({ folder, text: null }));
    const names = environments.map(({ name }) => name);
    return { items: completeFlags({ text: await flagsTextOf(agent, params), at, environments: names }) };
  }
  const written = await textOf({ folder, text });
  return { items: complete({ text: written, at, composeServices: await servicesOf(folder, written) }) };
}

export async function hoverFile(agent: Agent, params: Params<'hover'>): Promise<EditingResults['hover']> {
  const found =
    params.file === 'flags'
      ? hoverFlags(await flagsTextOf(agent, params), params.at)
      : hover(await textOf(params), params.at);
  return { found };
}

/** Where its text is given, nothing else has to be right. */
async function flagsTextOf(
  agent: Agent,
  { folder, text }: Pick<Params<'hover'>, 'folder' | 'text'>,
): Promise<string> {
  return (text ?? (await workingFlags(agent, folder, null))?.text ?? '').slice(0, longest);
}

async function textOf({ folder, text }: Pick<Params<'outline'>, 'folder' | 'text'>): Promise<string> {
  return (text ?? (await read(path.join(folder, 'tidegate.yaml')))).slice(0, longest);
}

/** Names of services in the compose files that it names, as far as they can be read. */
async function servicesOf(folder: string, text: string): Promise<readonly string[]> {
  const { files } = outline(text);
  const texts = await Promise.all(
    files.filter((file) => !path.isAbsolute(file)).map((file) => read(path.join(folder, file))),
  );
  const scalars = texts.flatMap((one) => scalarsOf(one.slice(0, longest)));
  const names = scalars.flatMap(({ path: [section, name], path: { length }, on }) =>
    on === 'key' && length === 2 && section === 'services' ? [String(name)] : [],
  );
  return [...new Set(names)];
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
