/** Which flag is meant, where the environment is not asked for: one of the file, or of any environment. */
import { l10n } from 'vscode';
import type { Target } from '../model/node.ts';
import type { EnvironmentState, ProjectState } from '../model/state.ts';
import { NoFlags, type CommandContext } from './context.ts';
import { pick } from './pick.ts';

export function environmentsOf({ store }: CommandContext, folder: string): readonly EnvironmentState[] {
  return projectIn(store.state.projects, folder)?.environments ?? [];
}

function projectIn(projects: readonly ProjectState[] | undefined, folder: string): ProjectState | undefined {
  return projects?.find((project) => project.folder === folder);
}

export async function chooseFolder(
  { store }: CommandContext,
  { folder }: Partial<Target>,
  title: string,
): Promise<string> {
  if (folder !== undefined) return folder;
  const projects = store.state.projects ?? [];
  const [only] = projects;
  if (only === undefined) throw new Error(l10n.t('There is no tidegate.yaml in this workspace.'));
  if (projects.length === 1) return only.folder;
  const items = projects.map((one) => ({ label: one.name, description: one.folder, folder: one.folder }));
  return (await pick(items, { title })).folder;
}

export interface ChooseKey {
  readonly title: string;
  /** More is said of it behind its name. */
  readonly about?: (folder: string, key: string) => string;
  /** Only what the file defines can be changed in it. */
  readonly only?: 'in the file';
}

export async function chooseKey(
  context: CommandContext,
  target: Partial<Target>,
  { title, about = () => '', only }: ChooseKey,
): Promise<{ readonly folder: string; readonly key: string }> {
  const folder = await chooseFolder(context, target, title);
  if (target.flag !== undefined) return { folder, key: target.flag };
  const inFile = new Map(
    ((await fileKeys(context, folder)) ?? []).map((flag) => [flag.key, flag.description]),
  );
  const live = environmentsOf(context, folder).flatMap(({ flags }) => flags?.flags ?? []);
  const keys = new Map([
    ...(only === undefined ? live.map(({ key, description }) => [key, description] as const) : []),
    ...inFile,
  ]);
  if (keys.size === 0) throw new NoFlags(l10n.t('There are no flags yet.'));
  const items = [...keys]
    .map(([key, description]) => ({
      label: key,
      description: about(folder, key),
      detail: description ?? '',
      key,
    }))
    // Those of which something is to be said first.
    .sort((a, b) => Number(b.description !== '') - Number(a.description !== '') || (a.key < b.key ? -1 : 1));
  const { key } = await pick(items, { title, matchOnDescription: true, matchOnDetail: true });
  return { folder, key };
}

/** What is wrong with the file is no matter to who wants to choose a flag. */
async function fileKeys(
  { flagsFile }: CommandContext,
  folder: string,
): Promise<readonly { readonly key: string; readonly description: string | null }[] | null> {
  try {
    return (await flagsFile.keys(folder)).keys;
  } catch {
    return null;
  }
}
