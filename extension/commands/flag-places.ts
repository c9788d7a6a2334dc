/** Where a flag is: its definition in the flags file, and the code that asks for it. */
import * as vscode from 'vscode';
import type { Reference } from '../model/reference-index.ts';
import { say } from '../say.ts';
import { ready, targetOf, type CommandContext } from './context.ts';
import { chooseKey, environmentsOf } from './flag-choice.ts';

const { l10n } = vscode;

export async function openFlagDefinition(context: CommandContext, given: unknown): Promise<void> {
  await ready(context);
  const { folder, key } = await chooseKey(context, targetOf(context, given), {
    ...{ title: l10n.t('Open the definition of which flag?'), only: 'in the file' },
  });
  const { file, at } = await definitionOf(context, folder, key);
  if (file === undefined)
    throw new Error(l10n.t('The flags file of the working tree does not define {0}.', key));
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
}

/** How many there are. */
export async function findFlagReferences(context: CommandContext, given: unknown): Promise<number> {
  await ready(context);
  const { folder, key } = await chooseKey(context, targetOf(context, given), {
    title: l10n.t('Find where which flag is used'),
  });
  const uses = await context.references.of(key, [key, ...(await keysOf(context, folder))]);
  const [first] = uses;
  if (first === undefined) {
    void say('info', l10n.t('{0} is not used in the code of this workspace.', key));
    return 0;
  }
  const { file, at } = await definitionOf(context, folder, key);
  // One that is not defined any more may be asked for all the same.
  const from = file ?? vscode.Uri.file(first.path);
  await showUses(from, file ? at : new vscode.Position(first.line, first.column), { key, uses });
  return uses.length;
}

/** Those that the code does not use may be taken out as well: it is read for that, if nobody has had it read yet. */
export async function showStaleFlags(context: CommandContext): Promise<void> {
  await context.views.showStale(true);
  const folders = (context.store.state.projects ?? []).map(({ folder }) => folder);
  const keys = (await Promise.all(folders.map((folder) => keysOf(context, folder)))).flat();
  const [any] = keys;
  if (any === undefined) return;
  const bar = context.running.begin(l10n.t('Reading the code for uses of flags'));
  try {
    await context.references.of(any, keys);
  } finally {
    bar.end();
  }
}

export interface Using {
  readonly key: string;
  readonly uses: readonly Reference[];
}

/** Where they can be gone through one by one. */
export async function showUses(file: vscode.Uri, at: vscode.Position, { key, uses }: Using): Promise<void> {
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
  const places = uses.map(
    ({ path, line, column }) =>
      new vscode.Location(vscode.Uri.file(path), new vscode.Range(line, column, line, column + key.length)),
  );
  await vscode.commands.executeCommand('editor.action.showReferences', file, at, places);
}

async function definitionOf(
  { flagsFile }: CommandContext,
  folder: string,
  key: string,
): Promise<{ readonly file: vscode.Uri | undefined; readonly at: vscode.Position }> {
  const { file, keys } = await flagsFile.keys(folder);
  const place = keys?.find((flag) => flag.key === key);
  if (file === null || place === undefined) return { file: undefined, at: new vscode.Position(0, 0) };
  return { file: vscode.Uri.file(file), at: new vscode.Position(place.line - 1, place.column - 1) };
}

/** All that anybody may ask for: the code is read once for them. A file that cannot be read names none. */
async function keysOf(context: CommandContext, folder: string): Promise<readonly string[]> {
  const inFile = await context.flagsFile.keys(folder).then(
    ({ keys }) => (keys ?? []).map(({ key }) => key),
    () => [],
  );
  const live = environmentsOf(context, folder).flatMap(({ flags }) =>
    (flags?.flags ?? []).flatMap(({ key, defined }) => (defined ? key : [])),
  );
  return [...new Set([...inFile, ...live])];
}
