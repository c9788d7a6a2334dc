/** Reads the flags file of a commit. Never throws for what is in it: every problem has its place. */
import { nearestName, suggestion } from '../common/did-you-mean.ts';
import type { Problem } from '../config/model.ts';
import { Report, type Finding } from '../config/report.ts';
import { readYaml } from '../config/yaml-source.ts';
import { describeTree, entryOf, type Entry, type MapTree, type Tree } from '../config/yaml-tree.ts';
import { flagKeyPattern, type FlagDefinition } from '../swarm/ledger/flags.ts';

export interface FlagsFile {
  /** Sorted by key; those that are right. */
  readonly flags: readonly FlagDefinition[];
  readonly problems: readonly Problem[];
}

const topKeys = ['version', 'flags'];
const flagKeys = ['description', 'default', 'owner'];
const longestText = 500;

const example = 'free-delivery: { description: No delivery costs this week }';

/** `file`: its path inside the repository. */
export function readFlagsFile(file: string, text: string): FlagsFile {
  const report = new Report();
  const tree = readYaml(file, text, report);
  const flags = tree ? readTop(tree, report) : [];
  if (!tree && !report.hasErrors)
    report.error(
      { file, line: 1, column: 1 },
      { code: 'flags.missing-key', message: `${file} is empty.`, hint: 'Write "version: 1" and "flags:".' },
    );
  return {
    flags: [...flags].sort((a, b) => (a.key < b.key ? -1 : 1)),
    problems: report.problems(),
  };
}

function readTop(tree: Tree, report: Report): readonly FlagDefinition[] {
  if (tree.kind !== 'map') {
    report.error(tree.at, {
      code: 'flags.invalid-value',
      message: `The file is ${describeTree(tree)}, not a map.`,
      hint: 'Write "version: 1" and "flags:".',
    });
    return [];
  }
  checkKeys(tree, topKeys, '', report);
  checkVersion(tree, report);
  const flags = entryOf(tree, 'flags');
  if (!flags && isMisspelt(tree, 'flags', topKeys)) return [];
  if (!flags) {
    report.error(tree.at, missing('', 'flags', `Name them below it: ${example}; or {} for none.`));
    return [];
  }
  if (flags.value.kind !== 'map') {
    report.error(flags.value.at, {
      code: 'flags.invalid-value',
      message: `flags is ${describeTree(flags.value)}, not a map.`,
      hint: `Name each flag below it: ${example}; or write {} for none.`,
    });
    return [];
  }
  return flags.value.entries.flatMap((entry) => readFlag(entry, report));
}

function checkVersion(tree: MapTree, report: Report): void {
  const version = entryOf(tree, 'version');
  if (!version) report.error(tree.at, missing('', 'version', 'The version of this file is 1: "version: 1".'));
  else if (version.value.kind !== 'scalar' || version.value.value !== 1)
    report.error(version.value.at, {
      code: 'flags.invalid-value',
      message: `version: ${describeTree(version.value)} is not a known version.`,
      hint: 'The version of this file is 1.',
    });
}

function readFlag({ key, at, value }: Entry, report: Report): readonly FlagDefinition[] {
  if (!flagKeyPattern.test(key)) {
    report.error(at, {
      code: 'flags.invalid-key',
      message: `flags: ${JSON.stringify(key.slice(0, 120))} cannot be the key of a flag.`,
      hint: 'Write words of letters and digits, joined by "-", "_" or ".", at most 100 characters: free-delivery.',
    });
    return [];
  }
  if (value.kind !== 'map') {
    report.error(value.at, {
      code: 'flags.invalid-value',
      message: `flags.${key} is ${describeTree(value)}, not a map.`,
      hint: `Say at least what it does: ${example}.`,
    });
    return [];
  }
  checkKeys(value, flagKeys, `flags.${key}`, report);
  const description = readText(value, `flags.${key}`, 'description', report);
  const owner = readText(value, `flags.${key}`, 'owner', report);
  const isOn = readDefault(value, key, report);
  if (!entryOf(value, 'description') && !isMisspelt(value, 'description', flagKeys))
    report.error(at, missing(`flags.${key}`, 'description', 'Say in a few words what it changes for whom.'));
  if (description === undefined || isOn === undefined) return [];
  return [{ key, description, default: isOn, owner: owner ?? null }];
}

/** Then the unknown key says it already. */
function isMisspelt(tree: MapTree, wanted: string, known: readonly string[]): boolean {
  return tree.entries.some(({ key }) => !known.includes(key) && nearestName(key, known) === wanted);
}

function readText(flag: MapTree, where: string, key: string, report: Report): string | undefined {
  const value = entryOf(flag, key)?.value;
  if (!value) return undefined;
  const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value.trim() : '';
  if (text !== '' && text.length <= longestText) return text;
  const long = text.length > longestText ? `is longer than ${longestText} characters` : 'is not text';
  report.error(value.at, {
    code: 'flags.invalid-value',
    message: `${where}.${key} ${value.kind === 'scalar' && value.value === null ? 'is empty' : long}.`,
    hint:
      key === 'owner'
        ? 'Name a person or a team: shop-team.'
        : 'Say in a few words what it changes for whom.',
  });
  return undefined;
}

/** `on` and `off` are words to YAML 1.2, and what people write here. */
function readDefault(flag: MapTree, key: string, report: Report): boolean | undefined {
  const value = entryOf(flag, 'default')?.value;
  if (!value) return false;
  const written = value.kind === 'scalar' ? value.value : null;
  if (written === true || written === 'on') return true;
  if (written === false || written === 'off') return false;
  const empty = value.kind === 'scalar' && value.value === null;
  report.error(value.at, {
    code: 'flags.invalid-value',
    message: `flags.${key}.default ${empty ? 'is empty' : `is ${describeTree(value)}, neither on nor off`}.`,
    hint: 'Write on or off; left out it is off. Flags with other values are not supported yet.',
  });
  return undefined;
}

function checkKeys(tree: MapTree, known: readonly string[], where: string, report: Report): void {
  for (const { key, at } of tree.entries)
    if (!known.includes(key))
      report.error(at, {
        code: 'flags.unknown-key',
        message: `${where === '' ? '' : `${where}: `}"${key}" is not a known key.`,
        hint:
          nearestName(key, known) === undefined && where === '' ? belongsBelow(key) : suggestion(key, known),
      });
}

function belongsBelow(key: string): string {
  return `Known here: ${topKeys.join(', ')}. If it is a flag, write it below "flags:": flags: { ${key.slice(0, 40)}: … }.`;
}

function missing(where: string, key: string, hint: string): Finding {
  const message = `${where === '' ? '' : `${where}: `}"${key}" is missing.`;
  return { code: 'flags.missing-key', message, hint };
}
