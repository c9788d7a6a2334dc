/** Switching a flag, with the way back in the message that says it is done. */
import * as vscode from 'vscode';
import type { FlagStatus, Results } from '../../agent/protocol/methods.ts';
import type { EnvironmentState } from '../model/state.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, Declined, targetOf, type CommandContext } from './context.ts';
import { call } from './run.ts';
import { shownAtOnce } from './shown-at-once.ts';
import { say } from '../say.ts';

export async function toggleFlag(context: CommandContext, given: unknown): Promise<Results['flags.set']> {
  const target = targetOf(context, given);
  const { folder, state } = await chooseEnvironment(
    context,
    target,
    vscode.l10n.t('Toggle a flag: in which environment?'),
  );
  const flag = await chooseFlag(context, folder, state, target.flag);
  const { key: name, value, share } = flag;
  return setFlag(context, { folder, state, key: name, on: !value, before: { share } });
}

interface Setting {
  readonly folder: string;
  readonly state: EnvironmentState;
  readonly key: string;
  readonly on: boolean;
  /** Of the users who are to get it; all of them without one. */
  readonly share?: number;
  /** What Undo goes back to. */
  readonly before: { readonly share: number | null };
}

async function setFlag(context: CommandContext, setting: Setting): Promise<Results['flags.set']> {
  const { folder, state, key, on, share } = setting;
  const { environment } = state.facts;
  const confirmed = await confirm({
    change: on ? 'flagOn' : 'flagOff',
    facts: state.facts,
    what: key,
    from: onOrOff(!on),
    to: onOrOff(on),
    strategy:
      state.facts.flagServer === undefined
        ? vscode.l10n.t('at once, for all users; no deploy')
        : vscode.l10n.t('at once, for whom its strategies there say; no deploy'),
  });
  const switching = call(context, {
    title: on
      ? vscode.l10n.t('Switching {0} on in {1}', key, environment)
      : vscode.l10n.t('Switching {0} off in {1}', key, environment),
    method: 'flags.set',
    params: {
      ...{ folder, environment, key, on },
      ...(share !== undefined && { share }),
      ...(confirmed && { confirmed }),
    },
  });
  const result = await shownAtOnce(context.store, { folder, environment, key, on, share }, switching);
  context.output.info(result.message);
  // The message stays as long as it likes; the command has ended.
  void offerUndo(context, setting, result);
  return result;
}

async function offerUndo(
  context: CommandContext,
  setting: Setting,
  { message, outcome }: Results['flags.set'],
): Promise<void> {
  const level = outcome === 'partial' ? 'warning' : 'info';
  const pressed = await say(level, message, ...(outcome === 'unchanged' ? [] : [vscode.l10n.t('Undo')]));
  if (pressed === undefined) return;
  try {
    const { folder, state, key, on, before } = setting;
    // The strategies of a flag server stay as they are, whatever is switched.
    const isKept = before.share === null || state.facts.flagServer !== undefined;
    const share = on || isKept ? {} : { share: before.share };
    await setFlag(context, {
      folder,
      state,
      key,
      on: !on,
      ...share,
      before: { share: setting.share ?? null },
    });
  } catch (error) {
    if (!(error instanceof Declined)) void say('error', String(error));
  }
}

function onOrOff(on: boolean): string {
  return on ? vscode.l10n.t('on') : vscode.l10n.t('off');
}

async function chooseFlag(
  { link }: CommandContext,
  folder: string,
  { facts: { environment } }: EnvironmentState,
  key: string | undefined,
): Promise<FlagStatus> {
  const agent = await link.connected();
  const signal = new AbortController().signal;
  const { flags } = await agent.request(
    'flags.list',
    { folder, environment },
    { signal, onEvent: () => undefined },
  );
  if (key !== undefined) {
    const known = flags.find((flag) => flag.key === key);
    if (known === undefined)
      throw new Error(vscode.l10n.t('No release in {0} knows the flag {1}.', environment, key));
    return known;
  }
  if (flags.length === 0)
    throw new Error(vscode.l10n.t('The release that is live in {0} defines no flags.', environment));
  const items = flags.map((flag) => ({
    label: `$(${flag.value ? 'circle-filled' : 'circle-outline'}) ${flag.key}`,
    description: flag.value
      ? vscode.l10n.t('on in {0}', environment)
      : vscode.l10n.t('off in {0}', environment),
    detail: flag.description ?? '',
    flag,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Toggle a flag in {0}', environment),
    placeHolder: vscode.l10n.t('The flag is switched to its other state'),
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw new Declined();
  return picked.flag;
}
