/** Problems as clients get them: with where each ends, and its repair as edits of the text it was found in. */
import { scalarsOf, type ScalarPlace } from '../config/editing/cursor.ts';
import { endOf } from '../config/editing/places.ts';
import { fixOf } from '../config/fix/fixes.ts';
import type { ReadFile } from '../config/model.ts';
import type { FoundProblem } from '../config/validate.ts';
import type { ConfigProblem } from '../protocol/validate.ts';

/** Each file is read and looked through once, however many problems it has. */
export function telling(read: ReadFile): (found: FoundProblem) => Promise<ConfigProblem> {
  const files = new Map<string, Promise<Told>>();
  const fileOf = (file: string): Promise<Told> => {
    const known = files.get(file) ?? read(file).then((text) => toldOf(file, text));
    files.set(file, known);
    return known;
  };
  return async ({ problem, environments }) => {
    const { severity, file, line, column, code, message, hint, change } = problem;
    const { text, scalars } = await fileOf(file);
    const end = text === undefined ? { line, column } : endOf(text, problem, scalars);
    const changed = change && (await fileOf(change.file)).text;
    const fix = change && changed !== undefined ? fixOf(changed, change) : null;
    return { severity, file, line, column, end, code, message, hint, environments, fix };
  };
}

interface Told {
  readonly text: string | undefined;
  readonly scalars: readonly ScalarPlace[] | undefined;
}

function toldOf(file: string, text: string | undefined): Told {
  const isYaml = text !== undefined && /\.ya?ml$/.test(file);
  return { text, scalars: isYaml ? scalarsOf(text) : undefined };
}
