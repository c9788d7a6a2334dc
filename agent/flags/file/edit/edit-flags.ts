/**
 * A change of the flags file as one edit of its text. What comes out is read again: it means exactly what the change
 * says, and has no problem that the text before had not; else it is refused, with the reason. Pure.
 */
import { canonicalJson } from '../../../common/canonical.ts';
import { isJsonObject, type Json } from '../../../common/json.ts';
import type { Value } from '../../../config/fix/change.ts';
import { difference, type TextEdit } from '../../../config/fix/text-edit.ts';
import { Report } from '../../../config/report.ts';
import { readYaml } from '../../../config/yaml-source.ts';
import { plainOf } from '../../../config/yaml-tree.ts';
import type { FlagChange } from '../../../protocol/flag-editing.ts';
import { cannotEdit, unreadableFlags } from './failures.ts';
import { readFlagsFile } from '../flags-file.ts';
import { hasOwnRules, meantBy, rulesOf } from './meant.ts';
import { editedYaml } from './yaml-text.ts';

export interface FlagsText {
  /** Inside the repository. */
  readonly file: string;
  readonly text: string;
}

/** Throws `flags.cannot-edit`, `flags.unknown`. */
export function editFlags({ file, text }: FlagsText, change: FlagChange): TextEdit {
  const before = valuesOf({ file, text });
  const meant = meantBy(before, change);
  const after = /\.json$/i.test(file)
    ? editedJson(text, meant)
    : editedYaml({ file, text, change, ownRules: newRules(before, meant, change) });
  if (after === undefined || !means({ file, text: after }, meant))
    throw cannotEdit(change.key, 'the file is written there in a way that only a person can change');
  const problem = newProblem(file, text, after);
  if (problem !== undefined) throw cannotEdit(change.key, problem);
  return difference(text, after);
}

/** As JSON has them; an empty file has none. */
function valuesOf({ file, text }: FlagsText): Json {
  const report = new Report();
  const tree = readYaml(file, text, report);
  const [problem] = report.problems();
  if (tree?.kind === 'map' && !report.hasErrors) return plainOf(tree) as Json;
  if (tree === undefined && problem === undefined) return {};
  throw unreadableFlags(file, problem?.message ?? 'it is no map');
}

function means(after: FlagsText, meant: Json): boolean {
  try {
    return canonicalJson(valuesOf(after)) === canonicalJson(meant);
  } catch {
    return false;
  }
}

/** Of an environment that has none of its own before. */
function newRules(before: Json, meant: Json, change: FlagChange): readonly Value[] | undefined {
  if (!('environment' in change) || change.environment === null) return undefined;
  const { key, environment } = change;
  if (hasOwnRules(flagIn(before, key), environment)) return undefined;
  return rulesOf(flagIn(meant, key), environment);
}

function flagIn(file: Json, key: string): Readonly<Record<string, Json>> {
  const flags = isJsonObject(file) ? file['flags'] : undefined;
  const flag = isJsonObject(flags) ? flags[key] : undefined;
  return isJsonObject(flag) ? flag : {};
}

function editedJson(text: string, meant: Json): string {
  const indent = /^\{\s*\n([ \t]+)/.exec(text)?.[1] ?? '  ';
  const written = JSON.stringify(meant, null, indent);
  return /\n$/.test(text) || text === '' ? `${written}\n` : written;
}

/** Only what is new counts: a file that has other problems can still be worked on. */
function newProblem(file: string, before: string, after: string): string | undefined {
  const said = (text: string): readonly { readonly message: string; readonly hint?: string }[] =>
    text.trim() === ''
      ? []
      : readFlagsFile(file, text, '').problems.filter(({ severity }) => severity === 'error');
  const known = new Set(said(before).map(({ message }) => message));
  const found = said(after).find(({ message }) => !known.has(message));
  return (
    found && [found.message.replace(/\.$/, ''), found.hint].filter(Boolean).join('. ').replace(/\.$/, '')
  );
}
