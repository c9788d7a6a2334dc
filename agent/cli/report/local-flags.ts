import type { FlagVariables, LocalFlags, LocalOverride } from '../../protocol/local-flags.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';

/** `NAME=value`: for `env $(…)`, for .env files, and for `docker run --env-file`. */
export function variableLines(variables: FlagVariables): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

export function reportLocalFlags({ overrides, served }: LocalFlags, style: Style): string[] {
  return [
    ...(overrides.length === 0
      ? ['No flag is overridden on this machine.']
      : reportOverrides(overrides, style)),
    ...served.map(
      ({ environment, states, url, pid }) =>
        `Served here: ${environment}, ${states === 'file' ? 'as the file says' : 'as it is switched there'}, on ${url} (process ${pid})`,
    ),
    ...(served.length === 0 ? ['Nothing is served here: "tidegate flags serve" does.'] : []),
  ];
}

export function reportOverrides(overrides: readonly LocalOverride[], style: Style): string[] {
  const titles = ['OVERRIDDEN HERE', 'IS', 'FOR', ''].map((title) => style.dim(title));
  const rows = overrides.map(({ flag, targetingKey, to, problem }) => [
    cleanText(flag),
    cleanText(to),
    targetingKey === null ? 'everybody' : cleanText(targetingKey),
    problem === null ? '' : style.warn(`without effect: ${cleanText(problem)} !`),
  ]);
  return alignColumns([titles, ...rows]);
}
