import type { FlagImportResult, FlagLost } from '../../protocol/flag-exchange.ts';
import { cleanText, type Style } from '../terminal.ts';
import { word } from './rollout.ts';

export function reportImported({ outcome, message, lost }: FlagImportResult, style: Style): string[] {
  return [`${word(outcome, style)}: ${cleanText(message)}`, ...reportLost(lost, style)];
}

export function reportLost(lost: readonly FlagLost[], style: Style): string[] {
  return lost.map(({ key, why }) => `  ${style.warn(cleanText(key))}: ${cleanText(why)}`);
}
