/** The rules of a flag in words, and the names that new ones can use: also while the file is half written. Pure. */
import { isJsonObject, type Json } from '../../../common/json.ts';
import { Report } from '../../../config/report.ts';
import { readYaml } from '../../../config/yaml-source.ts';
import { plainOf } from '../../../config/yaml-tree.ts';
import type { FlagRules, FlagRulesResult } from '../../../protocol/flag-editing.ts';
import { notInFile, unreadableFlags } from './failures.ts';
import type { FlagsText } from './edit-flags.ts';
import { conditionWords, serveWords } from './rule-words.ts';

type JsonMap = Readonly<Record<string, Json>>;

/** Throws `flags.unknown`, `flags.cannot-edit`. */
export function readRules(
  { file, text }: FlagsText,
  key: string,
): Pick<FlagRulesResult, 'variants' | 'segments' | 'attributes' | 'lists'> {
  const report = new Report();
  const tree = readYaml(file, text, report);
  if (tree === undefined) throw unreadableFlags(file, report.problems()[0]?.message ?? 'it is empty');
  const top = mapOf(plainOf(tree) as Json);
  const flags = mapOf(top['flags']);
  if (!(key in flags)) throw notInFile(key, Object.keys(flags));
  const flag = mapOf(flags[key]);
  const environments = Object.entries(mapOf(flag['environments'])).map(([name, own]) => ({
    name,
    own: mapOf(own),
  }));
  return {
    variants: isSwitch(flag) ? ['on', 'off'] : Object.keys(mapOf(flag['variants'])),
    segments: Object.keys(mapOf(top['segments'])),
    attributes: attributesIn(top),
    lists: [
      rulesIn(flag, null),
      ...environments
        .filter(({ own }) => own['rules'] !== undefined || own['targeting'] !== undefined)
        .map(({ name, own }) => rulesIn(own, name)),
    ],
  };
}

function isSwitch(flag: JsonMap): boolean {
  return flag['type'] === undefined || flag['type'] === 'boolean';
}

function rulesIn(part: JsonMap, environment: string | null): FlagRules {
  const rules = Array.isArray(part['rules']) ? (part['rules'] as readonly Json[]) : [];
  return {
    environment,
    rules: rules.map((rule) => {
      const { when, serve } = mapOf(rule);
      return { when: conditionWords(when), serve: serveWords(serve) };
    }),
    hasTargeting: part['targeting'] !== undefined,
  };
}

/** Of all conditions, wherever they stand, those used most first. */
function attributesIn(top: JsonMap): readonly string[] {
  const found = new Map<string, number>();
  const visit = (value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item);
    if (!isJsonObject(value)) return;
    const { attribute } = value;
    if (typeof attribute === 'string') found.set(attribute, (found.get(attribute) ?? 0) + 1);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(top);
  return [...found].sort(([, a], [, b]) => b - a).map(([attribute]) => attribute);
}

function mapOf(value: Json | undefined): JsonMap {
  return isJsonObject(value) ? value : {};
}
