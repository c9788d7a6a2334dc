/** Run Suite…: one suite by itself, its results in the Test Explorer. */
import * as vscode from 'vscode';
import type { NamedSuite } from '../../agent/protocol/editing.ts';
import type { SuiteResult } from '../../agent/protocol/methods.ts';
import type { About } from '../hearing.ts';
import { liveRelease } from '../model/state.ts';
import { nameOf } from '../model/words.ts';
import type { Store } from '../project/store.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, Declined, targetOf, type CommandContext } from './context.ts';
import { say } from '../say.ts';

export async function runSuite(context: CommandContext, given: unknown): Promise<SuiteResult | undefined> {
  const { tag, suite: named, ...target } = targetOf(context, given);
  const { folder, state } = await chooseEnvironment(
    context,
    target,
    vscode.l10n.t('Run a suite: in which environment?'),
  );
  const { environment } = state.facts;
  const suite = named ?? (await chooseSuite(await context.suites.read(folder), environment));
  const showing = vscode.commands.executeCommand('workbench.view.testing.focus');
  const result = await context.suites.run({ folder, environment }, suite, tag ?? null);
  await showing;
  if (result === undefined) {
    const text = vscode.l10n.t('{0} did not run to its end in {1}.', suite, environment);
    void say('error', text, vscode.l10n.t('Show Results')).then(showResults);
    return undefined;
  }
  context.output[result.outcome === 'failed' ? 'error' : 'info'](result.message);
  const [text = ''] = result.message.split('\n');
  const level = result.outcome === 'failed' ? 'error' : 'info';
  void say(level, text, vscode.l10n.t('Show Results')).then(showResults);
  return result;
}

function showResults(pressed: string | undefined): void {
  if (pressed !== undefined) void vscode.commands.executeCommand('testing.showMostRecentOutput');
}

async function chooseSuite(suites: readonly NamedSuite[], environment: string): Promise<string> {
  if (suites.length === 0)
    throw new Error(
      vscode.l10n.t(
        'tidegate.yaml has no suites: {0}.',
        '"suites: { unit: { stage: build, service: web, target: test } }"',
      ),
    );
  const items = suites.map(({ name, stage, service }) => ({
    label: `$(beaker) ${name}`,
    description: [
      stage === 'build' ? vscode.l10n.t('of HEAD') : vscode.l10n.t('asks what is live'),
      service ?? '',
    ]
      .filter(Boolean)
      .join(' · '),
    name,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Run a suite in {0}', environment),
    placeHolder: vscode.l10n.t('Suite'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw new Declined();
  return picked.name;
}

/** Asked where the environment wants it: a suite of what is live asks the application of its users. */
export async function confirmSuites(
  store: Store,
  { folder, environment }: About,
  suites: readonly string[],
): Promise<{ readonly confirmed: boolean }> {
  const state = store.environment(folder, environment);
  if (state === undefined) return { confirmed: false };
  const live = liveRelease(state);
  const confirmed = await confirm({
    change: 'runSuite',
    facts: state.facts,
    what: suites.join(', '),
    from: live === null ? vscode.l10n.t('nothing live') : nameOf(live),
    to: vscode.l10n.t('the same: nothing is deployed'),
    strategy: vscode.l10n.t(
      'in containers of their own; suites of stage preview and live send requests to what is live',
    ),
  });
  return { confirmed };
}
