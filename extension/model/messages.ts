/** The end of what somebody started, in one message with what can be done next. */
import type { RolloutResult } from '../../agent/protocol/methods.ts';

export type NextStep = 'Open App' | 'Show Details' | 'Roll Back' | 'Promote' | 'Abort' | 'Open Preview';

export interface EndMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly next: readonly NextStep[];
}

export function endMessage({ outcome, message, preview, from }: RolloutResult): EndMessage {
  const text = message.replaceAll('\n', ' ');
  switch (outcome) {
    case 'done':
      return {
        level: 'info',
        text,
        next: ['Open App', 'Show Details', ...(from === null ? [] : ['Roll Back' as const])],
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
