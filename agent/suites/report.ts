/** A report file of a suite, of either format. */
import { parseJUnit } from './junit.ts';
import type { ParsedReport } from './results.ts';
import { looksLikeTap, parseTap } from './tap.ts';

/** Never throws, whatever the text is. */
export function parseReport(text: string): ParsedReport {
  if (/^\uFEFF?\s*</.test(text)) return parseJUnit(text);
  if (text.trim() === '') return { kind: 'unreadable', why: 'is empty' };
  if (looksLikeTap(text)) return parseTap(text);
  return { kind: 'unreadable', why: 'is neither JUnit XML nor TAP' };
}
