import {
  differenceLine,
  type Difference,
  type PlannedBacking,
  type PlannedDrift,
  type PlannedFlag,
  type PlannedService,
  type PlanResult,
} from '../../protocol/plan.ts';
import { elapsed } from '../duration.ts';
import { cleanLine, cleanText, type Style } from '../terminal.ts';
import { switchWords } from './flag-settling.ts';
import { releaseName } from './release-name.ts';

export function reportPlan(plan: PlanResult, style: Style): string[] {
  const version = `${plan.tag ?? plan.ref} (${plan.commit.slice(0, 8)}) ${cleanLine(plan.subject)}`;
  const head =
    plan.outcome === 'unchanged'
      ? `${style.good('unchanged')}: ${version} runs already in ${plan.environment}.`
      : `${style.bold('plan')}: ${releaseName(plan.live)} -> ${version} in ${plan.environment}`;
  const steps = plan.steps.map(
    ({ share, holdMs }) => `${share} % ${holdMs === null ? 'until promoted' : `for ${elapsed(holdMs)}`}`,
  );
  return [
    head,
    ...plan.services.flatMap((service) => serviceLines(service, style)),
    ...plan.backing.flatMap((service) => backingLines(service, plan, style)),
    ...plan.commands.map(
      ({ service, command, timeoutMs }) =>
        `  release command of ${service}: ${style.bold(cleanLine(command))}, once, before anything is placed (at most ${elapsed(timeoutMs)})`,
    ),
    ...plan.flags.flatMap((flag) => flagLines(flag, style)),
    ...plan.drift.flatMap((flag) => driftLine(flag, plan.environment, style)),
    ...(steps.length === 0 ? [] : [`  traffic: ${[...steps, '100 %'].join(', ')}`]),
    ...plan.cannotBeUndone.map((line) => `  ${style.warn('cannot be undone')}: ${line}`),
    ...(plan.blocked === null ? [] : [`  ${style.bad('blocked now')}: ${cleanText(plan.blocked)}`]),
  ];
}

function serviceLines(
  { service, action, reason, from, to, differences }: PlannedService,
  style: Style,
): string[] {
  const way = to === null ? '' : ` ${from === null ? to : `${from} -> ${to}`}`;
  const word = action === 'untouched' ? style.dim(action) : style.bold(action);
  return [`  ${service}: ${word}${way}, ${reason}`, ...differences.map(line)];
}

/** One that is as it should be is not worth a line. */
function backingLines(
  { service, action, differences }: PlannedBacking,
  { environment, ref }: PlanResult,
  style: Style,
): string[] {
  switch (action) {
    case 'untouched':
      return [];
    case 'create':
      return [`  ${service}: ${style.bold(action)}, a backing service that is not there yet`];
    case 'left':
      return [
        `  ${service}: ${style.bold(action)}, it is not in this commit; it stays as it is until "tidegate down"`,
      ];
    case 'differs':
      return [
        `  ${service}: ${style.warn(action)}, not changed; "tidegate backing apply ${environment} ${service} ${ref}" applies it`,
        ...differences.map(line),
      ];
  }
}

function flagLines({ key, action, differences }: PlannedFlag, style: Style): string[] {
  return [`  flag ${key}: ${style.bold(action)}`, ...differences.map(line)];
}

function driftLine({ key, live, file }: PlannedDrift, environment: string, style: Style): string[] {
  return [
    `  flag ${key}: ${style.warn('drift')}, ${switchWords(live)} here, ${cleanText(file)} by the commit; it stays as it is ("tidegate flags drift ${environment}")`,
  ];
}

const line = (one: Difference): string => `    ${cleanText(differenceLine(one))}`;
