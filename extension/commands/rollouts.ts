/** Deploy, Promote, Abort, Roll Back: what moves traffic. */
import * as vscode from 'vscode';
import type { Method, Params, RolloutResult } from '../../agent/protocol/methods.ts';
import { hasCode } from '../../agent/protocol/errors.ts';
import { aboutDeploy, type About } from '../model/confirmation.ts';
import type { Target } from '../model/node.ts';
import { isHeld, liveRelease, openRollout, type EnvironmentState } from '../model/state.ts';
import { nameOf } from '../model/words.ts';
import { confirm, isAsked } from './ask.ts';
import { Back, chooseRef } from './choose-ref.ts';
import { chooseReleasedTag } from './choose-tag.ts';
import { candidates, chooseEnvironment, targetOf, toBeDeployed, type CommandContext } from './context.ts';
import { previewRollback } from './preview.ts';
import { call, tell } from './run.ts';
import { offerSetUp, setUpFirst } from './set-up.ts';

type Chosen = Awaited<ReturnType<typeof chooseEnvironment>>;

/** The result, for tasks and other extensions. */
type Run = (context: CommandContext, given: unknown) => Promise<RolloutResult | undefined>;

export const deploy: Run = async (context, given) => {
  const { chosen, ref } = await chooseWhereAndWhat(context, toBeDeployed(context, given));
  const { folder, state } = chosen;
  const { environment } = state.facts;
  const params = { folder, environment, ref };
  const run = async (): Promise<RolloutResult> => {
    let confirmed = false;
    if (isAsked({ change: 'deploy', facts: state.facts })) {
      const plan = await call(context, {
        title: vscode.l10n.t('Planning {0} for {1}', ref, environment),
        method: 'plan',
        params,
      });
      confirmed = await confirm(aboutDeploy(plan, state.facts));
    }
    return moved(context, chosen, 'deploy', vscode.l10n.t('Deploying {0} to {1}', ref, environment), {
      ...{ ...params, hold: false },
      ...(confirmed && { confirmed }),
    });
  };
  try {
    return await run();
  } catch (error) {
    if (!hasCode(error, 'environment.not-set-up')) throw error;
    await setUpFirst(context, { folder, environment }, ref);
    return run();
  }
};

async function chooseWhereAndWhat(
  context: CommandContext,
  { tag, ...target }: Partial<Target>,
): Promise<{ readonly chosen: Chosen; readonly ref: string }> {
  for (;;) {
    const isSecond = tag === undefined && (await candidates(context, target)).length > 1;
    const question = vscode.l10n.t('Deploy: which environment?');
    const chosen = await chooseEnvironment(context, target, isSecond ? `${question} (1/2)` : question);
    if (tag !== undefined) return { chosen, ref: tag };
    const title = vscode.l10n.t('Deploy to {0}', chosen.state.facts.environment);
    try {
      return { chosen, ref: await chooseRef(context, { ...chosen, title, isSecond }) };
    } catch (error) {
      if (!(error instanceof Back)) throw error;
    }
  }
}

export const promote: Run = (context, given) =>
  decide(context, given, {
    method: 'promote',
    question: vscode.l10n.t('Promote: in which environment?'),
    doing: (environment) => vscode.l10n.t('Promoting in {0}', environment),
    fits: (state) => isHeld(openRollout(state)),
  });

export const abort: Run = (context, given) =>
  decide(context, given, {
    method: 'abort',
    question: vscode.l10n.t('Abort: in which environment?'),
    doing: (environment) => vscode.l10n.t('Aborting the rollout in {0}', environment),
    fits: (state) => openRollout(state) !== undefined,
  });

/** One step: to the release before the one that is live. */
export const rollback: Run = async (context, given) => {
  const chosen = await chooseLive(context, targetOf(context, given));
  return rollBackTo(context, chosen, null);
};

/** With a tag it is done; one that is chosen here is previewed first, unless its row's button is pressed. */
export const rollbackToTag: Run = async (context, given) => {
  const target = targetOf(context, given);
  const chosen = await chooseLive(context, target);
  if (target.tag !== undefined) return rollBackTo(context, chosen, target.tag, target.flags === 'then');
  const { tag, isAtOnce } = await chooseReleasedTag(context, chosen);
  if (isAtOnce) return rollBackTo(context, chosen, tag);
  const { folder, state } = chosen;
  await previewRollback(context, { folder, environment: state.facts.environment, tag });
  return undefined;
};

/** From a row: the release is said by it. */
export const rollbackToThis: Run = async (context, given) => {
  const target = targetOf(context, given);
  if (target.tag === undefined || target.environment === undefined)
    throw new Error(vscode.l10n.t('Roll Back to This needs a release: call it on a row that has one.'));
  return rollBackTo(context, await chooseEnvironment(context, target, ''), target.tag);
};

function chooseLive(context: CommandContext, target: ReturnType<typeof targetOf>): Promise<Chosen> {
  const isLive = (state: Chosen['state']): boolean => liveRelease(state) !== null;
  return chooseEnvironment(context, target, vscode.l10n.t('Roll back: which environment?'), isLive);
}

async function rollBackTo(
  context: CommandContext,
  chosen: Chosen,
  tag: string | null,
  withFlags = false,
): Promise<RolloutResult | undefined> {
  const { folder, state } = chosen;
  const { environment } = state.facts;
  const live = liveRelease(state);
  const to = tag ?? previousOf(state) ?? vscode.l10n.t('the release before');
  const about: About = {
    change: 'rollback',
    facts: state.facts,
    what: servicesOf(state),
    from: live === null ? vscode.l10n.t('what is live') : nameOf(live),
    to,
    strategy: isWarm(state, tag)
      ? vscode.l10n.t('its slot is still warm: all traffic at once')
      : vscode.l10n.t('its slot is started anew first'),
  };
  const confirmed = await confirm(about);
  return move(context, chosen, 'rollback', vscode.l10n.t('Rolling {0} back to {1}', environment, to), {
    ...{ folder, environment, tag },
    ...(withFlags && { withFlags }),
    ...(confirmed && { confirmed }),
  });
}

interface Decision {
  readonly method: 'promote' | 'abort';
  readonly question: string;
  readonly doing: (environment: string) => string;
  readonly fits: (state: EnvironmentState) => boolean;
}

async function decide(
  context: CommandContext,
  given: unknown,
  { method, question, doing, fits }: Decision,
): Promise<RolloutResult | undefined> {
  const chosen = await chooseEnvironment(context, targetOf(context, given), question, fits);
  const { folder, state } = chosen;
  const { environment } = state.facts;
  const rollout = openRollout(state);
  const live = liveRelease(state);
  const before = live === null ? vscode.l10n.t('nothing') : nameOf(live);
  const confirmed = await confirm({
    change: method,
    facts: state.facts,
    what: rollout?.services.join(', ') ?? servicesOf(state),
    from: method === 'promote' ? before : (rollout?.ref ?? vscode.l10n.t('the open rollout')),
    to: method === 'promote' ? (rollout?.ref ?? vscode.l10n.t('the held release')) : before,
    strategy:
      method === 'promote' ? vscode.l10n.t('all traffic at once') : vscode.l10n.t('all traffic back at once'),
  });
  return move(context, chosen, method, doing(environment), {
    ...{ folder, environment },
    ...(confirmed && { confirmed }),
  });
}

type Moving = Extract<Method, 'deploy' | 'promote' | 'abort' | 'rollback'>;

async function move<M extends Moving>(
  context: CommandContext,
  { folder, state }: Chosen,
  method: M,
  title: string,
  params: Params<M>,
): Promise<RolloutResult | undefined> {
  try {
    return await moved(context, { folder, state }, method, title, params);
  } catch (error) {
    if (!hasCode(error, 'environment.not-set-up')) throw error;
    offerSetUp(context, { folder, environment: state.facts.environment }, error);
    return undefined;
  }
}

async function moved<M extends Moving>(
  context: CommandContext,
  { folder, state }: Chosen,
  method: M,
  title: string,
  params: Params<M>,
): Promise<RolloutResult> {
  const target: Target = { folder, environment: state.facts.environment };
  const result: RolloutResult = await call(context, { title, method, params });
  tell(context, result, { target, ended: method });
  return result;
}

function servicesOf({ status }: EnvironmentState): string {
  return (status?.services ?? []).map(({ service }) => service).join(', ') || vscode.l10n.t('all');
}

/** The release that was live before, as far as the slots still show it. */
function previousOf({ status }: EnvironmentState): string | undefined {
  const warm = (status?.services ?? []).flatMap(({ slots }) => slots.filter(({ state }) => state === 'warm'));
  const names = new Set(warm.flatMap(({ release }) => (release === null ? [] : [nameOf(release)])));
  return names.size === 1 ? [...names][0] : undefined;
}

function isWarm({ status }: EnvironmentState, tag: string | null): boolean {
  const slots = (status?.services ?? []).flatMap((service) => service.slots);
  return slots.some(({ state, release }) => state === 'warm' && (tag === null || release?.tag === tag));
}
