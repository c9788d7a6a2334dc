/** Flags on this machine: overridden, served, and what an application is told. None of these changes an environment. */
import * as vscode from 'vscode';
import type { LocalOverride } from '../../agent/protocol/local-flags.ts';
import type { Method, Params, Results } from '../../agent/protocol/methods.ts';
import { ask as askQuietly } from '../agent/quiet.ts';
import { overrideWords, variableText } from '../model/local-flags.ts';
import type { Target } from '../model/node.ts';
import type { ProjectState } from '../model/state.ts';
import { say } from '../say.ts';
import { Declined, ready, targetOf, type CommandContext } from './context.ts';
import { pick as pickOf } from './pick.ts';

export async function overrideFlag(
  context: CommandContext,
  given: unknown,
): Promise<Results['flags.override']> {
  const target = targetOf(context, given);
  const { folder } = await chooseProject(context, target);
  const key = target.flag ?? (await chooseKey(context, folder));
  const to = target.value ?? (await chooseValue(context, folder, key));
  // Whoever says the value says whom it is for as well.
  const user = target.value === undefined ? await chooseUser(key, to) : (target.user ?? null);
  const result = await ask(context, 'flags.override', { folder, key, to, targetingKey: user });
  context.output.info(result.message);
  void offerNext(context, folder, result);
  return result;
}

export async function clearOverride(
  context: CommandContext,
  given: unknown,
): Promise<Results['flags.clearOverrides']> {
  const target = targetOf(context, given);
  const { folder } = await chooseProject(context, target);
  const { flag: key, targetingKey } =
    target.flag === undefined
      ? await chooseOverride(context, folder)
      : { flag: target.flag, targetingKey: target.user ?? null };
  return clear(context, { folder, key, targetingKey });
}

export async function clearAllOverrides(
  context: CommandContext,
  given: unknown,
): Promise<Results['flags.clearOverrides']> {
  const { folder } = await chooseProject(context, targetOf(context, given));
  return clear(context, { folder, key: null });
}

export async function serveFlags(context: CommandContext, given: unknown): Promise<string> {
  const target = targetOf(context, given);
  const project = await chooseProject(context, target);
  const { folder } = project;
  const { environment, states } =
    target.environment === undefined
      ? await chooseWhatToServe(project)
      : ({ environment: target.environment, states: 'file' } as const);
  const served = await context.serving.start({ folder, environment, states, port: null });
  const message = vscode.l10n.t('The flags of {0} are served on {1}.', served.environment, served.url);
  context.output.info(message);
  const copy = vscode.l10n.t('Copy Variables');
  void say('info', message, copy).then(async (pressed) => {
    if (pressed === copy) await vscode.env.clipboard.writeText(variableText(served.variables));
  });
  return served.url;
}

export async function stopServingFlags(context: CommandContext, given: unknown): Promise<void> {
  const target = targetOf(context, given);
  const { folder } = await chooseProject(context, target);
  if (context.serving.stop(folder, target.environment) > 0) return;
  throw new Error(
    vscode.l10n.t('This window has no flags served. Whatever else serves them ends that itself.'),
  );
}

export async function copyFlagVariables(context: CommandContext, given: unknown): Promise<string> {
  const target = targetOf(context, given);
  const { folder } = await chooseProject(context, target);
  const asked = { folder, environment: target.environment ?? null };
  const { environment, served, variables } = await ask(context, 'flags.variables', asked);
  const text = variableText(variables);
  await vscode.env.clipboard.writeText(text);
  const message = served
    ? vscode.l10n.t('Copied: what an application is told to read the flags of {0} here.', environment)
    : vscode.l10n.t('Copied, but nothing serves the flags of {0} here now.', environment);
  void say(served ? 'info' : 'warning', message);
  return text;
}

async function clear(
  context: CommandContext,
  params: Params<'flags.clearOverrides'>,
): Promise<Results['flags.clearOverrides']> {
  const result = await ask(context, 'flags.clearOverrides', params);
  context.output.info(result.message);
  void say('info', result.message);
  return result;
}

async function offerNext(
  context: CommandContext,
  folder: string,
  { message, override: { flag: key, targetingKey } }: Results['flags.override'],
): Promise<void> {
  const [back, serve] = [vscode.l10n.t('Clear Override'), vscode.l10n.t('Serve Flags Locally')];
  const { served = [] } = projectsOf(context).find((one) => one.folder === folder)?.local ?? {};
  const pressed = await say('info', message, back, ...(served.length > 0 ? [] : [serve]));
  try {
    if (pressed === back) await clear(context, { folder, key, targetingKey });
    if (pressed === serve) await serveFlags(context, { folder });
  } catch (error) {
    if (!(error instanceof Declined)) void say('error', String(error));
  }
}

async function chooseProject(context: CommandContext, { folder }: Partial<Target>): Promise<ProjectState> {
  await ready(context);
  const projects = projectsOf(context).filter((one) => folder === undefined || one.folder === folder);
  const [first] = projects;
  if (first === undefined) throw new Error(vscode.l10n.t('There is no tidegate.yaml in this workspace.'));
  if (projects.length === 1) return first;
  const items = projects.map((project) => ({ label: project.name, description: project.folder, project }));
  return (await pick(items, vscode.l10n.t('Flags of which project?'))).project;
}

async function chooseKey(context: CommandContext, folder: string): Promise<string> {
  const { file, keys } = await ask(context, 'flagKeys', { folder, text: null });
  if (file === null) throw new Error(vscode.l10n.t('tidegate.yaml names no flags file.'));
  const { overrides } = await ask(context, 'flags.local', { folder, follow: false });
  const items = (keys ?? []).map(({ key, description }) => ({
    label: key,
    description: overrides
      .filter(({ flag }) => flag === key)
      .map((one) => vscode.l10n.t('overridden here: {0}', overrideWords(one)))
      .join(', '),
    detail: description ?? '',
  }));
  if (items.length === 0)
    throw new Error(vscode.l10n.t('{0} defines no flags, or cannot be read now.', file));
  return (await pick(items, vscode.l10n.t('Override on this machine: which flag?'))).label;
}

async function chooseValue(context: CommandContext, folder: string, key: string): Promise<string> {
  const { keys } = await ask(context, 'flagKeys', { folder, text: null });
  const { variants = [], type } = keys?.find((one) => one.key === key) ?? {};
  const other = vscode.l10n.t('Another value…');
  const items = variants.map((label) => ({ label }));
  const title = vscode.l10n.t('On this machine {0} is to be', key);
  const { label } = await pick(type === 'boolean' ? items : [...items, { label: other }], title);
  if (label !== other) return label;
  return typed(title, vscode.l10n.t('The value as JSON: "some text", 42, {"a": 1}.'));
}

async function chooseUser(key: string, to: string): Promise<string | null> {
  const one = vscode.l10n.t('One user…');
  const items = [
    { label: vscode.l10n.t('Everybody'), description: vscode.l10n.t('who asks this machine') },
    { label: one, description: vscode.l10n.t('by the targetingKey') },
  ];
  const title = vscode.l10n.t('On this machine {0} is {1} for', key, to);
  if ((await pick(items, title)).label !== one) return null;
  return typed(title, vscode.l10n.t('The targetingKey that the application gives the user.'));
}

async function chooseOverride(context: CommandContext, folder: string): Promise<LocalOverride> {
  const { overrides } = await ask(context, 'flags.local', { folder, follow: false });
  if (overrides.length === 0) throw new Error(vscode.l10n.t('Nothing is overridden on this machine.'));
  const items = overrides.map((override) => ({
    label: override.flag,
    description: overrideWords(override),
    override,
  }));
  return (await pick(items, vscode.l10n.t('Clear which override?'))).override;
}

type What = Pick<Params<'flags.serve'>, 'environment' | 'states'>;

async function chooseWhatToServe({ environments }: ProjectState): Promise<What> {
  const names = environments.map(({ facts }) => facts.environment);
  const items = names.flatMap((environment): (vscode.QuickPickItem & What)[] => [
    { label: environment, description: vscode.l10n.t('as the file says'), environment, states: 'file' },
    {
      label: environment,
      description: vscode.l10n.t('as it is switched in {0}', environment),
      ...{ environment, states: 'environment' },
    },
  ]);
  return pick(items, vscode.l10n.t('Serve the flags of the working tree on this machine'));
}

function pick<T extends vscode.QuickPickItem>(items: T[], title: string): Promise<T> {
  return pickOf(items, { title, matchOnDetail: true, matchOnDescription: true });
}

async function typed(title: string, prompt: string): Promise<string> {
  const text = await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true });
  if (text === undefined || text === '') throw new Declined();
  return text;
}

function projectsOf({ store }: CommandContext): readonly ProjectState[] {
  return store.state.projects ?? [];
}

/** Answers come at once: nothing to show meanwhile. */
async function ask<M extends Method>(
  { link }: CommandContext,
  method: M,
  params: Params<M>,
): Promise<Results[M]> {
  return askQuietly(await link.connected(), method, params);
}
