/** Somebody's file as definitions, and definitions into a flags file that is there. Pure. */
import { failure } from '../../common/errors.ts';
import { isJsonObject } from '../../common/json.ts';
import { canonicalJson } from '../../common/canonical.ts';
import type { Change } from '../../config/fix/change.ts';
import { editsOf } from '../../config/fix/edits.ts';
import { applyEdits } from '../../config/fix/text-edit.ts';
import { flagKeyPattern, type FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { readFlagsFile } from '../file/flags-file.ts';
import { asJson, isJsonFile } from '../file/json-text.ts';
import { readFlagKeys } from '../file/keys.ts';
import { flagsFile, type Lost } from './export.ts';
import { readFlagd } from './flagd-import.ts';
import { Unsaid, type Imported } from './imported.ts';
import { isLaunchDarkly, readLaunchDarkly } from './launchdarkly-import.ts';
import { readUnleash } from './unleash-import.ts';
import { writtenFlag } from './write.ts';

export const importFormats = ['auto', 'flagd', 'unleash', 'launchdarkly', 'tidegate'] as const;
export type ImportFormat = (typeof importFormats)[number];

export interface Carried {
  readonly format: Exclude<ImportFormat, 'auto'>;
  readonly flags: readonly FlagDefinition[];
  /** What is not as it was there; a flag that is not in `flags` is not carried over at all. */
  readonly lost: readonly Lost[];
}

export interface Importing {
  readonly name: string;
  readonly text: string;
  readonly format: ImportFormat;
  /** Which environment of theirs, where the file has several. */
  readonly from: string | undefined;
}

export function carryOver({ name, text, format, from }: Importing): Carried {
  const document = parsed(text);
  const found = format === 'auto' ? formatOf(name, document) : format;
  if (found === 'tidegate') return ownFile(name, text, from);
  if (!document) throw unreadable(name, 'it is no JSON object');
  const { flags, lost } = inTheirFormat(name, () => readers[found](document, from));
  const carried = flags.flatMap((flag) => {
    if ('cannot' in flag) return [];
    const why = problemOf(flag.definition);
    return why === undefined ? [flag] : [];
  });
  const dropped = flags.flatMap((flag): readonly Lost[] => {
    if ('cannot' in flag) return [{ key: flag.key, why: flag.cannot }];
    const why = problemOf(flag.definition);
    return why === undefined ? [] : [{ key: flag.definition.key, why }];
  });
  return {
    format: found,
    flags: carried.map(({ definition }) => definition),
    lost: [
      ...lost,
      ...dropped,
      ...carried.flatMap(({ definition: { key }, lost: some }) => some.map((why) => ({ key, why }))),
    ],
  };
}

type Reader = (document: Parameters<typeof readFlagd>[0], from: string | undefined) => Imported;
const readers: Readonly<Record<Exclude<Carried['format'], 'tidegate'>, Reader>> = {
  flagd: readFlagd,
  unleash: readUnleash,
  launchdarkly: readLaunchDarkly,
};

function inTheirFormat(name: string, read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unsaid) throw unreadable(name, error.message);
    throw error;
  }
}

function parsed(text: string): Parameters<typeof readFlagd>[0] | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function formatOf(name: string, document: Parameters<typeof readFlagd>[0] | undefined): Carried['format'] {
  if (!document || document['version'] === 1) return 'tidegate';
  if (Array.isArray(document['features'])) return 'unleash';
  const flags = document['flags'];
  const [first] = isJsonObject(flags) ? Object.values(flags) : [];
  if (isJsonObject(first) && ('variants' in first || 'defaultVariant' in first)) return 'flagd';
  if (isLaunchDarkly(document)) return 'launchdarkly';
  throw unreadable(name, 'it looks like none of the formats that are known');
}

function ownFile(name: string, text: string, from: string | undefined): Carried {
  const { flags, problems } = readFlagsFile(name, text, from ?? '');
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (first) throw unreadable(`${name}:${first.line}:${first.column}`, first.message.replace(/\.$/, ''));
  return { format: 'tidegate', flags, lost: [] };
}

/** Why a flags file cannot say it; what others have to be there for comes later. */
function problemOf(definition: FlagDefinition): string | undefined {
  if (!flagKeyPattern.test(definition.key)) return 'it cannot be called so here';
  const alone = { ...definition };
  delete alone.needs;
  const { flags, problems } = readFlagsFile('it', flagsFile([alone]), '');
  const [first] = problems;
  if (first) return first.message.replace(/\.$/, '');
  return canonicalJson(flags[0] ?? null) === canonicalJson(alone)
    ? undefined
    : 'a flags file would say something else';
}

export interface Adding {
  readonly file: string;
  readonly text: string;
  readonly flags: readonly FlagDefinition[];
  readonly replace: boolean;
}

/** The new text: everything that is there stays to the letter. */
export function addFlags({ file, text, flags, replace }: Adding): {
  text: string;
  replaced: readonly string[];
} {
  const known = new Set((readFlagKeys(file, text, '') ?? []).map(({ key }) => key));
  const replaced = flags.map(({ key }) => key).filter((key) => known.has(key));
  if (replaced.length > 0 && !replace) throw exists(file, replaced);
  let now = text;
  for (const flag of flags) {
    const place = (readFlagKeys(file, now, '') ?? []).find(({ key }) => key === flag.key);
    now = changed(file, now, flag, place);
  }
  if (isJsonFile(file)) now = asJson(now);
  const errors = readFlagsFile(file, now, '').problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first) throw unreadable(file, `with the new flags it would be wrong: ${first.message}`);
  return { text: now, replaced };
}

function changed(
  file: string,
  text: string,
  flag: FlagDefinition,
  at: { readonly line: number; readonly column: number } | undefined,
): string {
  const path = ['flags', flag.key];
  const title = `Define ${flag.key}`;
  const removal: readonly Change[] = at ? [{ kind: 'remove', title, file, path, at, alone: true }] : [];
  let now = text;
  for (const change of [...removal, { kind: 'set', title, file, path, value: writtenFlag(flag) } as const]) {
    const edits = editsOf(now, change);
    if (!edits)
      throw unreadable(
        file,
        `there is no place for ${flag.key} that a machine could write to: write "flags:" as a plain map`,
      );
    now = applyEdits(now, edits);
  }
  return now;
}

function exists(file: string, keys: readonly string[]): Error {
  return failure('flags.exists', {
    message: `${file} defines ${keys.join(', ')} already.`,
    hint: 'Nothing was written. With --replace they are replaced; or take them out of what is imported.',
    data: { file, keys },
  });
}

function unreadable(file: string, why: string): Error {
  return failure('flags.unreadable', {
    message: `${file} cannot be taken over: ${why}.`,
    hint: 'Nothing was written. Known are the JSON of flagd, exports and features of Unleash, flags of LaunchDarkly, and flags files of Tidegate: docs/flags.md.',
    data: { file },
  });
}
