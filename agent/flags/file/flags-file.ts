/** Reads the flags file of a commit. Never throws for what is in it: every problem has its place. */
import { nearestName, suggestion } from '../../common/did-you-mean.ts';
import type { Problem } from '../../config/model.ts';
import { Report } from '../../config/report.ts';
import { readYaml } from '../../config/yaml-source.ts';
import { describeTree, entryOf, type MapTree, type Tree } from '../../config/yaml-tree.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { openSegments } from './conditions.ts';
import { below, isMisspelt, mapOf, missing, type Reading } from './fields.ts';
import { readFlag } from './flag.ts';
import { isJsonFile, jsonProblem } from './json-text.ts';
import { checkNeeds } from './needs.ts';

export interface FlagsFile {
  /** Sorted by key; those that are right. */
  readonly flags: readonly FlagDefinition[];
  readonly problems: readonly Problem[];
}

const topKeys = ['version', 'segments', 'flags'];
const example = 'free-delivery: { description: No delivery costs this week }';

/** `file`: its path inside the repository; `environment`: whose flags they are to be. */
export function readFlagsFile(file: string, text: string, environment: string): FlagsFile {
  const report = new Report();
  const wrongJson = isJsonFile(file) ? jsonProblem(file, text) : undefined;
  if (wrongJson) return { flags: [], problems: [wrongJson] };
  const tree = readYaml(file, text, report);
  const flags = tree ? readTop(tree, { where: '', report }, environment) : [];
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

function readTop(tree: Tree, reading: Reading, environment: string): readonly FlagDefinition[] {
  const { report } = reading;
  if (tree.kind !== 'map') {
    report.error(tree.at, {
      code: 'flags.invalid-value',
      message: `The file is ${describeTree(tree)}, not a map.`,
      hint: 'Write "version: 1" and "flags:".',
    });
    return [];
  }
  checkTopKeys(tree, reading);
  checkVersion(tree, reading);
  const named = entryOf(tree, 'segments');
  const inSegments = below(reading, 'segments');
  const listed =
    named && mapOf(named.value, inSegments, 'Write: segments: { staff: { attribute: plan, is: staff } }.');
  const segments = openSegments(listed, inSegments);
  segments.readAll();
  const flags = entryOf(tree, 'flags');
  if (!flags && isMisspelt(tree, 'flags', topKeys)) return [];
  if (!flags) {
    report.error(tree.at, missing(reading, 'flags', `Name them below it: ${example}; or {} for none.`));
    return [];
  }
  const inFlags = below(reading, 'flags');
  const map = mapOf(flags.value, inFlags, `Name each flag below it: ${example}; or write {} for none.`);
  const read = (map?.entries ?? []).flatMap((entry) => {
    const flag = readFlag(entry, inFlags, { segments, environment });
    return flag ? [{ flag, entry }] : [];
  });
  checkNeeds(read, inFlags);
  return read.map(({ flag }) => flag);
}

function checkTopKeys(tree: MapTree, { report }: Reading): void {
  for (const { key, at } of tree.entries)
    if (!topKeys.includes(key))
      report.error(at, {
        code: 'flags.unknown-key',
        message: `"${key}" is not a known key.`,
        hint: nearestName(key, topKeys) === undefined ? belongsBelow(key) : suggestion(key, topKeys),
      });
}

function belongsBelow(key: string): string {
  return `Known here: ${topKeys.join(', ')}. If it is a flag, write it below "flags:": flags: { ${key.slice(0, 40)}: … }.`;
}

function checkVersion(tree: MapTree, reading: Reading): void {
  const version = entryOf(tree, 'version');
  if (!version)
    reading.report.error(
      tree.at,
      missing(reading, 'version', 'The version of this file is 1: "version: 1".'),
    );
  else if (version.value.kind !== 'scalar' || version.value.value !== 1)
    reading.report.error(version.value.at, {
      code: 'flags.invalid-value',
      message: `version: ${describeTree(version.value)} is not a known version.`,
      hint: 'The version of this file is 1.',
    });
}
