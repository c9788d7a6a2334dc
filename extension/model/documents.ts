/** Read-only documents in Markdown: a plan, a past rollout. */
import type { Difference, PlannedBacking, PlannedService, PlanResult } from '../../agent/protocol/plan.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';
import { strategyOf } from './confirmation.ts';
import { plain } from './node.ts';
import { endWords, nameOf, targetName, took } from './words.ts';

export function planDocument(plan: PlanResult): string {
  const to = plan.tag ?? plan.ref;
  return lines(
    `# ${plain(to)} in ${plain(plan.environment)}: what a deploy would do`,
    `${plan.commit.slice(0, 8)} ${plain(plan.subject)}; live now: ${plan.live === null ? 'nothing' : plain(nameOf(plan.live))}`,
    plan.blocked === null ? '' : `**It would be refused now:** ${plain(plan.blocked)}`,
    plan.outcome === 'unchanged'
      ? 'All of it runs already: nothing would change.'
      : `How: ${strategyOf(plan)}`,
    ...plan.services.map(servicePart),
    ...plan.backing.map(backingPart),
    plan.flags.length === 0 ? '' : '## Flags',
    plan.flags.map(({ key, action }) => `- ${plain(key)}: ${action}`).join('\n'),
    plan.cannotBeUndone.length === 0 ? '' : `## Does not come back as it was`,
    plan.cannotBeUndone.map((sentence) => `- ${plain(sentence)}`).join('\n'),
  );
}

function servicePart({ service, action, reason, from, to, differences }: PlannedService): string {
  const moves = to === null ? '' : `, ${from ?? 'nothing'} → ${to}`;
  return lines(
    `## ${plain(service)}: ${action}${moves}`,
    plain(reason),
    differencesTable(differences),
  ).trimEnd();
}

function backingPart({ service, action, differences }: PlannedBacking): string {
  return lines(`## ${plain(service)} (backing): ${action}`, differencesTable(differences)).trimEnd();
}

function differencesTable(differences: readonly Difference[]): string {
  if (differences.length === 0) return '';
  return ['| field | runs | would run |', '| --- | --- | --- |', ...differences.map(row)].join('\n');
}

function row({ field, before, after }: Difference): string {
  return `| ${plain(field)} | ${cell(before)} | ${cell(after)} |`;
}

function cell(value: string | null): string {
  return value === null ? '–' : plain(value.replace(/\s+/g, ' '));
}

export function rolloutDocument(past: PastRollout, environment: string): string {
  const from = past.from === null ? 'nothing' : nameOf(past.from);
  return lines(
    `# ${plain(environment)}: ${plain(from)} → ${plain(targetName(past))}`,
    `${past.kind === 'deploy' ? 'Deployed' : 'Rolled back'} by ${plain(past.by)} at ${plain(past.at)}, asked for as ${plain(past.ref)} (${past.to.commit.slice(0, 8)}).`,
    `It ${plain(endWords(past))}${past.tookMs === null ? '' : ` after ${took(past.tookMs)}`}.`,
    past.detail === '' ? '' : ['```text', past.detail.replaceAll('```', "'''"), '```'].join('\n'),
    `Services: ${plain(past.services.join(', '))}`,
    '## Phases',
    past.trail.map(({ phase, at }) => `- ${plain(at)} ${plain(phase)}`).join('\n'),
  );
}

function lines(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
