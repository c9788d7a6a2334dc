import type {
  FlagDriftResult,
  FlagHistoryResult,
  FlagSwitch,
  FlagTakeResult,
} from '../../protocol/flag-settling.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';
import { word } from './rollout.ts';

/** `on for 25 %`; `default`: nobody has switched it. */
export function switchWords({ state, share, variant }: FlagSwitch): string {
  if (state === null) return 'default';
  return `${state}${share === null ? '' : ` for ${share} %`}${variant === undefined ? '' : ` with ${variant}`}`;
}

/** One line a flag that differs. `now`: milliseconds since the epoch. */
export function reportDrift(
  { environment, file, drift }: FlagDriftResult,
  style: Style,
  now: number,
): string[] {
  if (drift.length === 0)
    return [`${style.good('none')}: what is switched in ${environment} is what ${file} says.`];
  const titles = ['  FLAG', 'LIVE', 'FILE', 'SWITCHED', 'WHY'].map((title) => style.dim(title));
  const rows = drift.map((flag) => [
    `  ${flag.key}`,
    style.warn(switchWords(flag.live)),
    cleanText(flag.file ?? 'not defined'),
    flag.at === null ? '' : `${ago(flag.at, now)} by ${flag.by ?? '?'}`,
    cleanText(flag.reason ?? ''),
  ]);
  const stuck = drift.flatMap(({ key, cannotTake, cannotApply }) => [
    ...(cannotTake === null ? [] : [`  ${key} cannot be taken into the file: ${cannotTake}.`]),
    ...(cannotApply === null ? [] : [`  ${key} cannot be made what the file says: ${cannotApply}.`]),
  ]);
  return [
    `${style.bold(environment)}  ${style.dim(file)}`,
    ...alignColumns([titles, ...rows]),
    ...stuck.map((line) => cleanText(line)),
    style.dim(
      `"tidegate flags take ${environment}" writes what is live into the file, "tidegate flags apply ${environment}" makes it what the file says.`,
    ),
  ];
}

export function reportTaken({ outcome, message, written }: FlagTakeResult, style: Style): string[] {
  const next = written
    ? [style.dim('Commit it: the next deploy brings it, and changes nothing that is live.')]
    : [];
  return [`${word(outcome, style)}: ${cleanText(message)}`, ...next];
}

export function reportFlagHistory(
  { environment, flag, changes }: FlagHistoryResult,
  style: Style,
  now: number,
): string[] {
  const head = `${style.bold(flag)}  ${style.dim(environment)}`;
  if (changes.length === 0) return [head, '  Nobody has switched it here.'];
  const titles = ['  CHANGE', 'WHEN', 'WHO', 'FROM', 'TO', 'WHY'].map((title) => style.dim(title));
  const rows = changes.map(({ change, at, by, from, to, reason }) => [
    `  ${change}`,
    ago(at, now),
    by,
    from === null ? '?' : switchWords(from),
    switchWords(to),
    cleanText(reason ?? ''),
  ]);
  return [head, ...alignColumns([titles, ...rows])];
}
