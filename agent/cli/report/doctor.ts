import type { Check } from '../../protocol/doctor.ts';
import { cleanText, type Style } from '../terminal.ts';

/** One line a check, what to do below it. */
export function reportDoctor(checks: readonly Check[], style: Style): string[] {
  const bad = checks.filter(({ state }) => state === 'fail').length;
  const doubtful = checks.filter(({ state }) => state === 'warn').length;
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return [
    ...checks.flatMap((check) => lines(check, style)),
    bad + doubtful === 0
      ? `${style.good('done')}: everything is as it should be.`
      : `${count(bad, 'failure')}, ${count(doubtful, 'warning')}.`,
  ];
}

function lines({ check, environment, state, detail, fix }: Check, style: Style): string[] {
  const word = { ok: style.good('ok  '), warn: style.warn('warn'), fail: style.bad('fail') }[state];
  const where = environment === null ? '' : ` of ${environment}`;
  return [
    `${word}  ${check}${where}: ${cleanText(detail)}`,
    ...(fix === null ? [] : [`      ${style.bold('next')}: ${cleanText(fix)}`]),
  ];
}
