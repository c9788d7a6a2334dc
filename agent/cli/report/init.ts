import type { InitResult } from '../../protocol/init.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';
import { problemLines } from './validate.ts';

/** What was decided and why, then what is left to do, then how to go on. */
export function reportInit(result: InitResult, style: Style): string[] {
  const { file, compose, written, decisions, problems, fixed } = result;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const warnings = problems.length - errors.length;
  const fixable = problems.some(({ fix }) => fix !== null);
  const rows = decisions.map(({ service, kind, what, why }) => [`  ${service ?? kind}`, what, why]);
  const notes = decisions.flatMap(({ service, notes: all }) =>
    all.map((note) => `  ${style.warn('look')} ${cleanText(`${service ?? file}: ${note}`)}`),
  );
  return [
    `${written ? style.good('written') : style.bold('would write')}: ${file}, from ${compose}`,
    ...alignColumns(rows.map((row) => row.map(cleanText))),
    ...notes,
    ...fixed.map((one) => `${style.good('fixed')}  ${one.file}: ${cleanText(one.title)}`),
    ...errors.flatMap((problem) => problemLines(problem, problem.environments, style)),
    ...(warnings === 0
      ? []
      : [`${warnings} warning${warnings === 1 ? '' : 's'}: "tidegate validate" tells them.`]),
    ...(errors.length === 0
      ? [`${style.bold('next')}: tidegate setup dev, then tidegate deploy dev`]
      : [
          `${style.bold('next')}: correct ${errors.length === 1 ? 'this' : 'these'}${fixable ? ', as far as "tidegate validate --fix" does not' : ''}; then tidegate setup dev, tidegate deploy dev`,
        ]),
  ];
}
