/** Setting a flag in one environment: asked by its class, done, and with the way back in the message that says so. */
import { l10n } from 'vscode';
import type { FlagStatus, Results } from '../../agent/protocol/methods.ts';
import { ask } from '../agent/quiet.ts';
import { stateWords } from '../model/flags-tree.ts';
import type { EnvironmentState } from '../model/state.ts';
import { say } from '../say.ts';
import { confirm } from './ask.ts';
import { Declined, type CommandContext } from './context.ts';
import { pick } from './pick.ts';
import { call } from './run.ts';
import { shownAtOnce } from './shown-at-once.ts';

/** Who is to get it. */
export interface Wanted {
  readonly on: boolean;
  /** Percent of the users; left out: all. */
  readonly share?: number;
  /** Left out: what the definition says. */
  readonly variant?: string;
}

export interface Setting {
  readonly folder: string;
  readonly state: EnvironmentState;
  readonly key: string;
  readonly to: Wanted;
  /** What Undo goes back to. */
  readonly from: Wanted;
}

export function wantedOf({ value, share, variant }: FlagStatus): Wanted {
  return { on: value, ...(share !== null && { share }), ...(variant !== undefined && { variant }) };
}

export function wantedWords({ on, share, variant }: Wanted): string {
  if (!on) return l10n.t('off');
  if (share === undefined) return variant === undefined ? l10n.t('on') : l10n.t('on with {0}', variant);
  return variant === undefined
    ? l10n.t('on for {0} %', share)
    : l10n.t('on for {0} % with {1}', share, variant);
}

/** What `flags.set` is asked for. */
export function paramsOf({ on, share, variant }: Wanted): Wanted {
  if (!on) return { on };
  return { on, ...(share !== undefined && { share }), ...(variant !== undefined && { variant }) };
}

export async function setFlag(context: CommandContext, setting: Setting): Promise<Results['flags.set']> {
  const { folder, state, key, to, from } = setting;
  const { environment } = state.facts;
  const confirmed = await confirm({
    change: isOff(to) ? 'flagOff' : from.on ? 'flagChange' : 'flagOn',
    facts: state.facts,
    what: key,
    from: wantedWords(from),
    to: wantedWords(to),
    strategy: strategyOf(setting),
  });
  const switching = call(context, {
    title: l10n.t('Switching {0} {1} in {2}', key, wantedWords(to), environment),
    method: 'flags.set',
    params: { ...{ folder, environment, key }, ...paramsOf(to), ...(confirmed && { confirmed }) },
  });
  const shown = { folder, environment, key, on: to.on, share: to.share };
  const result = await shownAtOnce(context.store, shown, switching);
  context.output.info(result.message);
  // The message stays as long as it likes; the command has ended.
  void offerUndo(context, setting, result);
  return result;
}

/** To users a share of nobody is off. */
function isOff({ on, share }: Wanted): boolean {
  return !on || share === 0;
}

function strategyOf({ to, state: { facts } }: Setting): string {
  if (to.share !== undefined) return l10n.t('at once; no deploy');
  return facts.flagServer === undefined
    ? l10n.t('at once, for all users; no deploy')
    : l10n.t('at once, for whom its strategies there say; no deploy');
}

async function offerUndo(
  context: CommandContext,
  setting: Setting,
  { message, outcome }: Results['flags.set'],
): Promise<void> {
  const level = outcome === 'partial' ? 'warning' : 'info';
  const undo = l10n.t('Undo');
  const pressed = await say(level, message, ...(outcome === 'unchanged' ? [] : [undo]));
  if (pressed !== undo) return;
  try {
    // The strategies of a flag server stay as they are, whatever is switched.
    const isAtServer = setting.state.facts.flagServer !== undefined;
    const to = isAtServer ? { on: setting.from.on } : setting.from;
    await setFlag(context, { ...setting, to, from: setting.to });
  } catch (error) {
    if (!(error instanceof Declined)) void say('error', String(error));
  }
}

/** As the environment has them now, not as a view has them. */
export async function flagsIn(
  { link }: CommandContext,
  folder: string,
  environment: string,
): Promise<readonly FlagStatus[]> {
  const agent = await link.connected();
  return (await ask(agent, 'flags.list', { folder, environment })).flags;
}

export interface Choosing {
  readonly folder: string;
  readonly state: EnvironmentState;
  /** Already named by who called the command. */
  readonly key: string | undefined;
  readonly title: string;
  readonly placeHolder: string;
}

export async function chooseFlag(
  context: CommandContext,
  { folder, state, key, title, placeHolder }: Choosing,
): Promise<FlagStatus> {
  const { environment } = state.facts;
  const flags = await flagsIn(context, folder, environment);
  if (key !== undefined) {
    const known = flags.find((flag) => flag.key === key);
    if (known === undefined)
      throw new Error(l10n.t('No release in {0} knows the flag {1}.', environment, key));
    return known;
  }
  if (flags.length === 0)
    throw new Error(l10n.t('The release that is live in {0} defines no flags.', environment));
  const items = flags.map((flag) => ({
    label: `$(${flag.value ? 'circle-filled' : 'circle-outline'}) ${flag.key}`,
    description: l10n.t('{0} in {1}', stateWords(flag), environment),
    detail: flag.description ?? '',
    flag,
  }));
  return (await pick(items, { title, placeHolder, matchOnDetail: true })).flag;
}
