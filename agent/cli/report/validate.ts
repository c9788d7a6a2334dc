import type { ConfigProblem, ValidateResult } from '../../protocol/validate.ts';
import { cleanText, type Style } from '../terminal.ts';

/** One line a problem, as compilers write it: editors and terminals make a link of its place. */
export function reportValidate(result: ValidateResult, style: Style): string[] {
  const { problems, environments, fixed } = result;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const fixable = problems.filter(({ fix }) => fix !== null).length;
  return [
    ...fixed.map(({ file, title }) => `${style.good('fixed')}  ${file}: ${cleanText(title)}`),
    ...problems.flatMap((problem) => problemLines(problem, environments, style)),
    problems.length === 0
      ? `${style.good('done')}: nothing is wrong (${environments.join(', ')}).`
      : `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}.`,
    ...(fixable === 0
      ? []
      : [`${style.bold('next')}: "tidegate validate --fix" repairs ${fixable} of them.`]),
  ];
}

export function problemLines(problem: ConfigProblem, all: readonly string[], style: Style): string[] {
  const { severity, file, line, column, message, hint, environments, fix } = problem;
  const word = severity === 'error' ? style.bad('error') : style.warn('warning');
  const some = environments.length < all.length ? ` (${environments.join(', ')})` : '';
  return [
    `${file}:${line}:${column} ${word} ${cleanText(message)}${some}`,
    `      ${style.bold('next')}: ${cleanText(hint)}`,
    ...(fix === null ? [] : [`      ${style.bold('fix')}: ${cleanText(fix.title)}`]),
  ];
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
