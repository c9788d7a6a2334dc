import type { Difference, PlannedFlag, PlannedService, PlanResult } from '../../protocol/plan.ts';
import { elapsed } from '../duration.ts';
import { cleanLine, cleanText, type Style } from '../terminal.ts';
import { releaseName } from './release-name.ts';

/** Longer values are cut: whole specs are for --json. */
const longestValue = 80;

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
    ...plan.flags.flatMap((flag) => flagLines(flag, style)),
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
  return [`  ${service}: ${word}${way}, ${reason}`, ...differences.map((one) => differenceLine(one))];
}

function flagLines({ key, action, differences }: PlannedFlag, style: Style): string[] {
  return [`  flag ${key}: ${style.bold(action)}`, ...differences.map((one) => differenceLine(one))];
}

function differenceLine({ field, before, after }: Difference): string {
  if (before === null) return `    + ${field}: ${shown(after)}`;
  if (after === null) return `    - ${field}: ${shown(before)}`;
  return before === '***' && after === '***'
    ? `    ~ ${field}: another value (not shown)`
    : `    ~ ${field}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: string | null): string {
  const text = cleanText(value ?? '').replaceAll('\n', ' ');
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
