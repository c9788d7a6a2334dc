import type { Outcome, RolloutResult, ServiceMoveResult } from '../../protocol/methods.ts';
import { elapsed } from '../duration.ts';
import { cleanText, type Style } from '../terminal.ts';

/** What a deploy, promote, abort or rollback did: the outcome as a word, what it means, what moved. */
export function reportRollout(result: RolloutResult, style: Style): string[] {
  const moved = result.outcome === 'done' ? result.services.map(moveLine) : [];
  return [
    `${word(result.outcome, style)}: ${cleanText(result.message)}`,
    ...moved,
    ...(result.preview === null ? [] : [`  preview: ${result.preview}`]),
    ...(result.rollout === null ? [] : [style.dim(`  rollout ${result.rollout}, ${elapsed(result.tookMs)}`)]),
  ];
}

function moveLine({ service, from, to }: ServiceMoveResult): string {
  return from === null ? `  ${service}: ${to}` : `  ${service}: ${from} -> ${to}`;
}

/** The outcome, as it begins every report. */
export function word(outcome: Outcome, style: Style): string {
  switch (outcome) {
    case 'done':
      return style.good('done');
    case 'unchanged':
      return style.good('unchanged');
    case 'held':
      return style.warn('held');
    case 'failed':
      return style.bad('failed');
    case 'reverted':
      return style.bad('reverted');
    case 'partial':
      return style.bad('partial');
  }
}
