/** The end of what somebody started, in one message with what can be done next. */
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import { l10n } from './l10n.ts';

export type NextStep =
  'Open App' | 'Show Details' | 'Roll Back' | 'Undo' | 'Promote' | 'Abort' | 'Open Preview';

export interface EndMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly next: readonly NextStep[];
}

/** What somebody called that has ended. */
export type Ended = 'deploy' | 'promote' | 'abort' | 'rollback';

export function endMessage({ outcome, message, preview, from }: RolloutResult, ended: Ended): EndMessage {
  const text = message.replaceAll('\n', ' ');
  switch (outcome) {
    case 'done':
      return {
        level: 'info',
        text,
        next: ['Open App', 'Show Details', ...wayBack(from, ended)],
      };
    case 'unchanged':
      return { level: 'info', text, next: ['Open App'] };
    case 'held':
      return {
        level: 'info',
        text,
        next: ['Promote', 'Abort', ...(preview === null ? [] : ['Open Preview' as const])],
      };
    case 'partial':
      return { level: 'warning', text, next: ['Show Details', 'Abort'] };
    case 'failed':
    case 'reverted':
      return { level: 'error', text, next: ['Show Details'] };
  }
}

function wayBack(from: RolloutResult['from'], ended: Ended): readonly NextStep[] {
  if (from === null) return [];
  switch (ended) {
    case 'deploy':
    case 'promote':
      return ['Roll Back'];
    case 'rollback':
      // To what was left by it, and not one release further back.
      return ['Undo'];
    case 'abort':
      // What is live was live before: one step back from there is no way back from here.
      return [];
  }
}

/** What the button of it says. */
export function nextTitle(step: NextStep): string {
  const titles: Readonly<Record<NextStep, string>> = {
    'Open App': l10n.t('Open App'),
    'Show Details': l10n.t('Show Details'),
    'Roll Back': l10n.t('Roll Back'),
    Undo: l10n.t('Undo'),
    Promote: l10n.t('Promote'),
    Abort: l10n.t('Abort'),
    'Open Preview': l10n.t('Open Preview'),
  };
  return titles[step];
}

/** VS Code makes a link of `[text](command:…)` in a notification, whoever wrote it, and would run it. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
