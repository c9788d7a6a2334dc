/** Read-only documents in Markdown: a plan, a past rollout. */
import type { Difference, PlannedBacking, PlannedService, PlanResult } from '../../agent/protocol/plan.ts';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';
import { strategyOf } from './confirmation.ts';
import { l10n } from './l10n.ts';
import { plain } from './node.ts';
import { endWords, nameOf, targetName, took } from './words.ts';

export function planDocument(plan: PlanResult): string {
  const to = plan.tag ?? plan.ref;
  return lines(
    `# ${l10n.t('{0} in {1}: what a deploy would do', plain(to), plain(plan.environment))}`,
    l10n.t(
      '{0} {1}; live now: {2}',
      ...[plan.commit.slice(0, 8), plain(plan.subject)],
      plan.live === null ? l10n.t('nothing') : plain(nameOf(plan.live)),
    ),
    plan.blocked === null ? '' : l10n.t('**It would be refused now:** {0}', plain(plan.blocked)),
    plan.outcome === 'unchanged'
      ? l10n.t('All of it runs already: nothing would change.')
      : l10n.t('How: {0}', strategyOf(plan)),
    ...plan.services.map(servicePart),
    ...plan.backing.map(backingPart),
    plan.flags.length === 0 ? '' : `## ${l10n.t('Flags')}`,
    plan.flags.map(({ key, action }) => `- ${plain(key)}: ${action}`).join('\n'),
    plan.cannotBeUndone.length === 0 ? '' : `## ${l10n.t('Does not come back as it was')}`,
    plan.cannotBeUndone.map((sentence) => `- ${plain(sentence)}`).join('\n'),
  );
}

function servicePart({ service, action, reason, from, to, differences }: PlannedService): string {
  const moves = to === null ? '' : `, ${from ?? l10n.t('nothing')} → ${to}`;
  return lines(
    `## ${plain(service)}: ${action}${moves}`,
    plain(reason),
    differencesTable(differences),
  ).trimEnd();
}

function backingPart({ service, action, differences }: PlannedBacking): string {
  return lines(
    `## ${l10n.t('{0} (backing): {1}', plain(service), action)}`,
    differencesTable(differences),
  ).trimEnd();
}

function differencesTable(differences: readonly Difference[]): string {
  if (differences.length === 0) return '';
  const head = `| ${l10n.t('field')} | ${l10n.t('runs')} | ${l10n.t('would run')} |`;
  return [head, '| --- | --- | --- |', ...differences.map(row)].join('\n');
}

function row({ field, before, after }: Difference): string {
  return `| ${plain(field)} | ${cell(before)} | ${cell(after)} |`;
}

function cell(value: string | null): string {
  return value === null ? '–' : plain(value.replace(/\s+/g, ' '));
}

export function rolloutDocument(past: PastRollout, environment: string): string {
  const from = past.from === null ? l10n.t('nothing') : nameOf(past.from);
  return lines(
    `# ${plain(environment)}: ${plain(from)} → ${plain(targetName(past))}`,
    whoAndWhen(past),
    past.tookMs === null
      ? l10n.t('It {0}.', plain(endWords(past)))
      : l10n.t('It {0} after {1}.', plain(endWords(past)), took(past.tookMs)),
    past.detail === '' ? '' : verbatim(past.detail),
    l10n.t('Services: {0}', plain(past.services.join(', '))),
    `## ${l10n.t('Phases')}`,
    past.trail.map(({ phase, at }) => `- ${plain(at)} ${plain(phase)}`).join('\n'),
  );
}

/** Of a rollout that the ledger has no record of: all there is is what was said at its end. */
export function messageDocument({ message }: Pick<RolloutResult, 'message'>): string {
  return lines(verbatim(message));
}

/** Nothing in it is Markdown. */
function verbatim(text: string): string {
  return ['```text', text.replaceAll('```', "'''"), '```'].join('\n');
}

function whoAndWhen({ kind, by, at, ref, to: { commit } }: PastRollout): string {
  const facts = [plain(by), plain(at), plain(ref), commit.slice(0, 8)];
  return kind === 'deploy'
    ? l10n.t('Deployed by {0} at {1}, asked for as {2} ({3}).', ...facts)
    : l10n.t('Rolled back by {0} at {1}, asked for as {2} ({3}).', ...facts);
}

function lines(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
