/** What is named in a tidegate.yaml and where, what a place of it means, and where a problem ends. Pure. */
import type { Hover, Named, NamedSuite, OutlineResult, Range } from '../../protocol/editing.ts';
import type { Position } from '../../protocol/validate.ts';
import { suiteStages } from '../schema.ts';
import { lineEnd, offsetOf, positionOf } from '../fix/layout.ts';
import { scalarAt, scalarsOf, type ScalarPlace } from './cursor.ts';
import { tidegateRules } from './tidegate-rules.ts';

export function outline(text: string): OutlineResult {
  const scalars = scalarsOf(text);
  const valueAt = (...path: readonly (string | number)[]): string | undefined => {
    const found = scalars.find(
      (one) =>
        one.on === 'value' && one.path.length === path.length && path.every((p, i) => one.path[i] === p),
    );
    return found && written(text, found);
  };
  const named = (section: string): readonly Named[] =>
    scalars
      .filter(({ path, on }) => on === 'key' && path.length === 2 && path[0] === section)
      .map((place) => ({ name: String(place.path[1]), range: rangeOf(text, place) }));
  const files = scalars.filter(
    ({ path, on }) =>
      on === 'value' &&
      ((path[0] === 'compose' && path.length <= 2) || (path[0] === 'flags' && path.length === 1)),
  );
  const hasCompose = files.some(({ path }) => path[0] === 'compose');
  return {
    environments: named('environments'),
    services: named('services'),
    suites: named('suites').map((suite): NamedSuite => {
      const stage = valueAt('suites', suite.name, 'stage');
      const service = valueAt('suites', suite.name, 'service') ?? null;
      return { ...suite, stage: suiteStages.find((one) => one === stage) ?? null, service };
    }),
    files: [...(hasCompose ? [] : ['compose.yaml']), ...files.map((place) => written(text, place))],
  };
}

/** The name as it stands in the text, without its quotes. */
function written(text: string, { start, end }: ScalarPlace): string {
  return text.slice(start, end).replace(/^(["'])(.*)\1$/s, '$2');
}

/** `rules`: those of the file. */
export function hover(text: string, at: Position, rules = tidegateRules): Hover | null {
  const found = scalarAt(text, offsetOf(text, at));
  if (found === undefined || rules.at(found.path).length === 0) return null;
  const { path, on } = found;
  const description = rules.isName(path) ? null : (rules.descriptionOf(path) ?? null);
  return { path, on, range: rangeOf(text, found), description };
}

/**
 * Where what a problem is about ends: the variable, the key or the value that begins there or goes on there; in files
 * that are no YAML, the line.
 */
export function endOf(text: string, at: Position, scalars: readonly ScalarPlace[] | undefined): Position {
  const start = offsetOf(text, at);
  const ofLine = lineEnd(text, start);
  const variable = /^\$(?:\{[^}\n]*\}|\w+)/.exec(text.slice(start, ofLine))?.[0];
  if (variable !== undefined) return positionOf(text, start + variable.length);
  const scalar = scalars?.find((one) => one.start <= start && start < one.end);
  const rest = text.slice(start, ofLine).trimEnd().length;
  return positionOf(text, scalar === undefined ? start + rest : Math.min(scalar.end, ofLine));
}

function rangeOf(text: string, { start, end }: ScalarPlace): Range {
  return { start: positionOf(text, start), end: positionOf(text, end) };
}
