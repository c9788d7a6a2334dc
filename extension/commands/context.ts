/** What every command works with. */
import * as vscode from 'vscode';
import type { AgentLink } from '../agent/link.ts';
import { hintForEditor } from '../model/hints.ts';
import type { RowTarget, Target } from '../model/node.ts';
import { projectNames } from '../model/project-names.ts';
import type { EnvironmentState } from '../model/state.ts';
import type { Store } from '../project/store.ts';
import type { FlagServerTokens } from '../flag-server/tokens.ts';
import type { Dashboards } from '../dashboard/dashboards.ts';
import type { Documents } from '../documents.ts';
import type { FlagsFile } from '../flags/flags-file.ts';
import type { FlagReferences } from '../flags/references.ts';
import type { StaleFlags } from '../flags/stale-flags.ts';
import type { FlagServing } from '../flags/serving.ts';
import type { Hearing } from '../hearing.ts';
import type { RollbackPreview } from '../rollback/preview.ts';
import type { RunningBar } from '../running-bar.ts';
import type { SuiteTests } from '../testing/suite-tests.ts';
import type { Views } from '../views/views.ts';
import type { Problems } from '../editing/problems.ts';

export interface CommandContext {
  readonly link: AgentLink;
  readonly store: Store;
  readonly output: vscode.LogOutputChannel;
  readonly documents: Documents;
  readonly dashboards: Dashboards;
  readonly running: RunningBar;
  readonly hearing: Hearing;
  readonly suites: SuiteTests;
  readonly problems: Problems;
  readonly preview: RollbackPreview;
  readonly references: FlagReferences;
  readonly flagsFile: FlagsFile;
  readonly stale: StaleFlags;
  /** Of this workspace, over restarts. */
  readonly memory: vscode.Memento;
  readonly serving: FlagServing;
  /** Looks for files named tidegate.yaml again. */
  readonly lookForProjects: () => Promise<void>;
  readonly flagTokens: FlagServerTokens;
  /** What a row of a tree is about, empty for one that is about nothing; `undefined`: there is no such row. */
  readonly targetOfRow: (id: string) => RowTarget | undefined;
  readonly views: Pick<Views, 'showStale'>;
  readonly version: string;
}

/** Gives up without a word: the person has closed what was asked. */
export class Declined extends Error {}

/** There is nothing to act on before the project is set up, which is one command away. */
export class NoProject extends Error {}

/**
 * What a command was called with: nothing (palette), a row of a tree, or an object (keybinding, another extension).
 * Anything else is refused: a command that misreads its argument asks less than it should.
 */
export function targetOf(context: CommandContext, given: unknown): Partial<Target> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'string') {
    const row = context.targetOfRow(given);
    // A row that has gone must not become "whichever there is".
    if (row === undefined) throw badArgument(given);
    return row;
  }
  if (typeof given !== 'object' || Array.isArray(given)) throw badArgument(given);
  const known = [
    'folder',
    'environment',
    'service',
    'tag',
    'flag',
    'flags',
    'user',
    'value',
    'rollout',
    'suite',
    'compose',
    'node',
  ];
  for (const [name, value] of Object.entries(given))
    if (!known.includes(name) || typeof value !== 'string') throw badArgument(given);
  return given;
}

function badArgument(given: unknown): Error {
  return new Error(
    vscode.l10n.t(
      'A Tidegate command takes {0}, all of them texts, not {1}.',
      ...[
        '{ folder, environment, service, tag, flag, user, value, suite, compose, node }',
        JSON.stringify(given),
      ],
    ),
  );
}

/**
 * As `targetOf`, with the reference that is to be deployed. A row is about what is there, not about what is wanted: the
 * editor hands the row that has the focus to the buttons of a view's title, and the tag of a slot is no answer to "which?".
 */
export function toBeDeployed(context: CommandContext, given: unknown): Partial<Target> {
  const { tag, ...target } = targetOf(context, given);
  return typeof given === 'string' || tag === undefined ? target : { ...target, tag };
}

export interface Placed {
  readonly folder: string;
  readonly state: EnvironmentState;
}

/** The environment that is meant; asked for where it is not said and there are several. */
export async function chooseEnvironment(
  context: CommandContext,
  target: Partial<Target>,
  title: string,
  fits: (state: EnvironmentState) => boolean = () => true,
): Promise<Placed> {
  const { environment } = target;
  const named = await candidates(context, target);
  if (named.length === 0) throw nothingToChoose(context, environment);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const several = new Set(named.map((one) => one.folder)).size > 1;
  const names = projectNames(context.store.state.projects ?? []);
  const sorted = [...named].sort((a, b) => Number(fits(b.state)) - Number(fits(a.state)));
  const items = sorted.map((one) => ({
    label: one.state.facts.environment,
    description: [
      several ? (names.get(one.folder) ?? '') : '',
      one.state.facts.protected ? vscode.l10n.t('protected') : '',
      one.state.facts.stack,
    ]
      .filter(Boolean)
      .join(' · '),
    one,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Environment'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw new Declined();
  return picked.one;
}

/** Which may be meant: with several, it is asked. */
export async function candidates(
  context: CommandContext,
  { folder, environment }: Partial<Target>,
): Promise<readonly Placed[]> {
  await ready(context);
  const all = (context.store.state.projects ?? []).flatMap((project) =>
    project.environments.map((state) => ({ folder: project.folder, state })),
  );
  return all.filter(
    (one) =>
      (folder === undefined || one.folder === folder) &&
      (environment === undefined || one.state.facts.environment === environment),
  );
}

/** Connected, and the projects of the workspace are known. */
export async function ready({ link, store }: CommandContext): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new Error(vscode.l10n.t('This workspace is not trusted: Tidegate starts nothing in it.'));
  await link.connected();
  if (
    store.state.projects?.some(({ environments, trouble }) => environments.length === 0 && !trouble) ??
    true
  )
    await store.reload();
}

function nothingToChoose({ store }: CommandContext, environment: string | undefined): Error {
  const projects = store.state.projects ?? [];
  const trouble = projects.flatMap((project) => project.trouble ?? [])[0];
  if (trouble !== undefined)
    return new Error([trouble.message, hintForEditor(trouble.hint ?? '')].filter(Boolean).join(' '));
  if (projects.length === 0)
    return new NoProject(
      vscode.l10n.t(
        'There is no tidegate.yaml in this workspace. It can be made from the compose file, and is shown to you first.',
      ),
    );
  return new Error(
    environment === undefined
      ? vscode.l10n.t('tidegate.yaml names no environment.')
      : vscode.l10n.t('tidegate.yaml names no environment {0}.', environment),
  );
}
