/**
 * What `${X}` in compose files stands for: the environment's `variables:` of tidegate.yaml, then the caller's own, then the
 * file `.env` beside the first compose file.
 */
import { ignoredText, type CallerFiles } from './caller-files.ts';
import { readDotenv } from './dotenv.ts';
import type { Variables } from './interpolate.ts';
import type { ReadFile } from './model.ts';
import { repositoryPath } from './repository-path.ts';
import type { Report } from './report.ts';

export interface VariableSources {
  readonly read: ReadFile;
  readonly caller: CallerFiles;
  readonly report: Report;
}

/** The variables that hold already, and those that the `.env` of a folder adds. */
export async function withDotenv(
  folder: string,
  given: Variables,
  sources: VariableSources,
): Promise<Variables> {
  const path = repositoryPath(folder, '.env') ?? '.env';
  const text = await lineFile(path, sources);
  if (text !== undefined) return withFiles([{ path, text }], given, sources.report);
  const there = await sources.caller.read(path);
  if (there?.kind === 'data') sources.report.warning({ file: path, line: 1, column: 1 }, forgotten);
  return given;
}

/** The same with given files; a later one wins over an earlier one. */
export function withFiles(
  files: readonly { readonly path: string; readonly text: string }[],
  given: Variables,
  report: Report,
): Variables {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  let added: Readonly<Record<string, string>> = {};
  for (const file of files) added = readDotenv(file, { given: known, above: added }, report);
  return { ...added, ...known };
}

/** Of the commit, or of the caller where git ignores it. */
export async function lineFile(
  path: string,
  { read, caller }: Pick<VariableSources, 'read' | 'caller'>,
): Promise<string | undefined> {
  return (await read(path)) ?? ignoredText(caller, path);
}

const forgotten = {
  code: 'compose.env-not-read',
  message: 'this file is not read: it is neither in the commit nor ignored by git.',
  hint: 'Commit it, or put its name into .gitignore.',
};
