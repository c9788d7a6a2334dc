/** What was switched, when, by whom and why; and back to what the flag was before any of it. */
import { l10n } from 'vscode';
import type { FlagChangeTold, FlagSwitch } from '../../agent/protocol/flag-settling.ts';
import { ask } from '../agent/quiet.ts';
import { hoursAndMinutes } from '../model/figures.ts';
import type { EnvironmentState } from '../model/state.ts';
import { say } from '../say.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';
import { chooseFlag, setFlag, wantedOf, wantedWords, type Wanted } from './flag-setting.ts';
import { pick } from './pick.ts';
import { call } from './run.ts';

/** Resolves when the flag is what it was before the change that was chosen. */
export async function flagHistory(context: CommandContext, given: unknown): Promise<void> {
  const target = targetOf(context, given);
  const question = l10n.t('History of a flag: in which environment?');
  // Another server keeps the history of its flags itself.
  const isOurs = ({ facts }: EnvironmentState): boolean => facts.flagServer === undefined;
  const { folder, state } = await chooseEnvironment(context, target, question, isOurs);
  const { environment } = state.facts;
  const flag = await chooseFlag(context, {
    ...{ folder, state, key: target.flag },
    title: l10n.t('History of a flag in {0}', environment),
    placeHolder: l10n.t('Who switched it, when, and why'),
  });
  const { key } = flag;
  const agent = await context.link.connected();
  const { changes } = await ask(agent, 'flags.history', { folder, environment, key });
  if (changes.length === 0) throw new Error(l10n.t('{0} was never switched in {1}.', key, environment));
  const chosen = await pick(changes.map(itemOf), {
    title: l10n.t('{0} in {1}: its history', key, environment),
    placeHolder: l10n.t('Choose a change to switch the flag to what it was before'),
  });
  const { from } = chosen.told;
  if (from !== null && from.state !== null)
    await setFlag(context, { folder, state, key, to: wantedFrom(from), from: wantedOf(flag) });
  else if (chosen.told === changes[0]) await undoFirst(context, { folder, state }, key, chosen.told);
  else throw new Error(l10n.t('Before that nobody had switched {0}. Undo the newer changes first.', key));
}

/** Before it, what the definition says held: only its own undoing leads there. */
async function undoFirst(
  context: CommandContext,
  { folder, state: { facts } }: { readonly folder: string; readonly state: EnvironmentState },
  key: string,
  { change, to }: FlagChangeTold,
): Promise<void> {
  const { environment } = facts;
  const before = switchWords(null);
  const confirmed = await confirm({
    ...{ change: 'flagOff', facts, what: key, from: switchWords(to), to: before },
    strategy: l10n.t('at once, for all users; no deploy'),
  });
  const { message, outcome } = await call(context, {
    title: l10n.t('Switching {0} {1} in {2}', key, before, environment),
    method: 'flags.undo',
    params: { folder, environment, key, change, ...(confirmed && { confirmed }) },
  });
  void say(outcome === 'partial' ? 'warning' : 'info', message);
}

function itemOf(told: FlagChangeTold) {
  const { at, by, from, to, reason } = told;
  return {
    label: `$(${to.state === 'on' ? 'circle-filled' : 'circle-outline'}) ${switchWords(from)} → ${switchWords(to)}`,
    description: `${by} · ${at.slice(0, 10)} ${hoursAndMinutes(Date.parse(at))}`,
    detail: reason ?? '',
    told,
  };
}

function switchWords(told: FlagSwitch | null): string {
  return told === null || told.state === null
    ? l10n.t('what its definition says')
    : wantedWords(wantedFrom(told));
}

function wantedFrom({ state, share, variant }: FlagSwitch): Wanted {
  return {
    on: state === 'on',
    ...(share !== null && { share }),
    ...(variant !== undefined && { variant }),
  };
}
