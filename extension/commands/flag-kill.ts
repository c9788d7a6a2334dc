/** The kill switch: a flag off in all environments, asked once, told for each, and taken back with one click. */
import * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import { ask } from '../agent/quiet.ts';
import type { EnvironmentState } from '../model/state.ts';
import { say } from '../say.ts';
import { Declined, ready, targetOf, type CommandContext } from './context.ts';
import { chooseKey, environmentsOf } from './flag-choice.ts';
import { flagsIn, paramsOf, wantedOf, wantedWords, type Wanted } from './flag-setting.ts';
import { type } from './pick.ts';

const { l10n } = vscode;

/** How it ended in one environment. */
export interface Killed {
  readonly environment: string;
  /** `failed`: it may be on there still. */
  readonly outcome: 'done' | 'unchanged' | 'partial' | 'failed';
  readonly message: string;
}

interface Where {
  readonly state: EnvironmentState;
  readonly from: Wanted;
  readonly to: Wanted;
}

export async function killFlag(context: CommandContext, given: unknown): Promise<readonly Killed[]> {
  await ready(context);
  const { folder, key } = await chooseKey(context, targetOf(context, given), {
    title: l10n.t('Kill switch: turn which flag off everywhere?'),
  });
  const { found, unknown } = await find(context, folder, key);
  const on = found.filter(({ from }) => from.on);
  if (on.length === 0 && unknown.length === 0) {
    void say('info', l10n.t('{0} is off in all environments already.', key));
    return [];
  }
  await confirmAll(l10n.t('Turn {0} off in all environments?', key), {
    where: on,
    unknown,
    yes: l10n.t('Turn Off'),
  });
  const results = [...(await setAll(context, { folder, key, where: on })), ...unknown];
  tell(context, { folder, key, where: on, results });
  return results;
}

/** Asked of each environment now; one that does not answer is told as such, and hinders no other. */
async function find(
  context: CommandContext,
  folder: string,
  key: string,
): Promise<{ readonly found: readonly Where[]; readonly unknown: readonly Killed[] }> {
  const found: Where[] = [];
  const unknown: Killed[] = [];
  await Promise.all(
    environmentsOf(context, folder).map(async (state) => {
      const { environment } = state.facts;
      if (state.status?.state === 'not-set-up') return;
      try {
        const flag = (await flagsIn(context, folder, environment)).find((one) => one.key === key);
        if (flag?.defined === true) found.push({ state, from: wantedOf(flag), to: { on: false } });
      } catch (error) {
        unknown.push({ environment, outcome: 'failed', message: messageOf(error) });
      }
    }),
  );
  const order = environmentsOf(context, folder).map(({ facts }) => facts.environment);
  const place = ({ state }: Where): number => order.indexOf(state.facts.environment);
  return { found: found.sort((a, b) => place(a) - place(b)), unknown };
}

interface Question {
  readonly where: readonly Where[];
  readonly unknown: readonly Killed[];
  readonly yes: string;
}

/** Whatever the settings say: it is about all of them at once. The name of each protected one is typed. */
async function confirmAll(title: string, { where, unknown, yes }: Question): Promise<void> {
  const detail = [
    ...where.map(({ state: { facts }, from, to }) =>
      facts.protected
        ? l10n.t('{0} (protected): {1} → {2}', facts.environment, wantedWords(from), wantedWords(to))
        : l10n.t('{0}: {1} → {2}', facts.environment, wantedWords(from), wantedWords(to)),
    ),
    ...unknown.map(({ environment, message }) => l10n.t('{0}: cannot be asked: {1}', environment, message)),
    l10n.t('How: at once; no deploy'),
  ].join('\n');
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) !== yes)
    throw new Declined();
  for (const { state } of where.filter(({ state: { facts } }) => facts.protected)) {
    const { environment } = state.facts;
    const wrong = l10n.t('Type {0}, or press Escape: then nothing is switched anywhere.', environment);
    const typed = await type({ title, prompt: l10n.t('Type {0} to go on.', environment) });
    if (typed !== environment) throw new Error(wrong);
  }
}

interface SetAll {
  readonly folder: string;
  readonly key: string;
  readonly where: readonly Where[];
}

/** All at the same time: none waits for another. */
function setAll(context: CommandContext, { folder, key, where }: SetAll): Promise<readonly Killed[]> {
  const title = l10n.t(
    'Switching {0} in {1}',
    key,
    where.map(({ state }) => state.facts.environment).join(', '),
  );
  const bar = context.running.begin(title);
  context.output.info(title);
  return Promise.all(
    where.map(async ({ state, to }): Promise<Killed> => {
      const { environment } = state.facts;
      try {
        const agent = await context.link.connected();
        const params = { ...{ folder, environment, key }, ...paramsOf(to), confirmed: true };
        const { outcome, message } = await ask(agent, 'flags.set', params);
        return { environment, outcome, message };
      } catch (error) {
        return { environment, outcome: 'failed', message: messageOf(error) };
      }
    }),
  ).finally(() => bar.end());
}

interface Ended extends SetAll {
  readonly results: readonly Killed[];
}

function tell(context: CommandContext, ended: Ended): void {
  const { key, where, results } = ended;
  const bad = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'partial');
  for (const { environment, outcome, message } of results)
    context.output[outcome === 'failed' ? 'error' : 'info'](`${environment}: ${message}`);
  const good = results.filter((one) => !bad.includes(one)).map(({ environment }) => environment);
  const to = wantedWords(where[0]?.to ?? { on: false });
  const text =
    bad.length === 0
      ? l10n.t('{0} is {1} in {2}.', key, to, good.join(', '))
      : l10n.t(
          '{0} is NOT {1} everywhere. {2}',
          ...[key, to, bad.map(({ environment, message }) => `${environment}: ${message}`).join(' ')],
        );
  const changed = where.filter(({ state }) =>
    results.some(
      ({ environment, outcome }) => environment === state.facts.environment && outcome !== 'failed',
    ),
  );
  const [undo, details] = [l10n.t('Undo'), l10n.t('Show Details')];
  const buttons = [...(changed.length > 0 ? [undo] : []), details];
  void say(bad.length === 0 ? 'info' : 'error', text, ...buttons).then(async (pressed) => {
    if (pressed === details) await context.documents.show(`${key} ${to}`, table(ended));
    if (pressed === undo) await takeBack(context, { ...ended, where: changed });
  });
}

function table({ key, where, results }: Ended): string {
  const rows = results.map(({ environment, outcome, message }) => {
    const before = where.find(({ state }) => state.facts.environment === environment)?.from;
    const cells = [environment, before === undefined ? '?' : wantedWords(before), outcome, message];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  });
  return [
    `# ${key}`,
    '',
    `| ${[l10n.t('environment'), l10n.t('before'), l10n.t('outcome'), ''].join(' | ')} |`,
    '| --- | --- | --- | --- |',
    ...[...rows, ''],
  ].join('\n');
}

/** Each back to what it was; protected ones ask again. */
async function takeBack(context: CommandContext, { folder, key, where }: SetAll): Promise<void> {
  try {
    const back = where.map(({ state, from, to }) => ({ state, from: to, to: from }));
    await confirmAll(l10n.t('Give {0} back what it was?', key), {
      where: back,
      unknown: [],
      yes: l10n.t('Give Back'),
    });
    const results = await setAll(context, { folder, key, where: back });
    for (const { environment, message } of results) context.output.info(`${environment}: ${message}`);
    const isBad = results.some(({ outcome }) => outcome === 'failed' || outcome === 'partial');
    void say(isBad ? 'error' : 'info', results.map(({ message }) => message).join(' '));
  } catch (error) {
    if (!(error instanceof Declined)) void say('error', messageOf(error));
  }
}
