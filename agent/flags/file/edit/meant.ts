/** What a change makes of the values of a flags file, whatever it looks like: what the edited text has to mean. Pure. */
import { isJsonObject, type Json } from '../../../common/json.ts';
import type { FlagChange } from '../../../protocol/flag-editing.ts';
import { alreadyDefined, cannotEdit, notInFile } from './failures.ts';

type JsonMap = Readonly<Record<string, Json>>;
type RuleChange = Extract<FlagChange, { environment: string | null }>;

/** Throws where the change has nothing to be made to. */
export function meantBy(file: Json, change: FlagChange): Json {
  const top = mapOf(file);
  const flags = mapOf(top['flags']);
  const { key } = change;
  if (change.kind === 'create') {
    if (key in flags) throw alreadyDefined(key);
    const flag = { description: change.description, ...(change.rest as JsonMap) };
    return { version: 1, ...top, flags: { ...flags, [key]: flag } };
  }
  const flag = flags[key];
  if (flag === undefined) throw notInFile(key, Object.keys(flags));
  if (change.kind === 'remove') return { ...top, flags: without(flags, key) };
  return { ...top, flags: { ...flags, [key]: withRules(mapOf(flag), change) } };
}

/** The rules that hold for this environment, or for all that have none of their own. */
export function rulesOf(flag: JsonMap, environment: string | null): readonly Json[] {
  const own = environment === null ? flag : mapOf(mapOf(flag['environments'])[environment]);
  return listOf(hasOwnRules(flag, environment) ? own['rules'] : flag['rules']);
}

export function hasOwnRules(flag: JsonMap, environment: string | null): boolean {
  const own = environment === null ? flag : mapOf(mapOf(flag['environments'])[environment]);
  return own['rules'] !== undefined || own['targeting'] !== undefined;
}

function withRules(flag: JsonMap, change: RuleChange): Json {
  const { key, environment } = change;
  const replaced = environment !== null && !hasOwnRules(flag, environment);
  if (replaced && flag['targeting'] !== undefined)
    throw cannotEdit(key, 'it has a targeting of its own, in flagd’s language, which rules would replace');
  const rules = changedRules(rulesOf(flag, environment), change);
  if (environment === null) return rules.length > 0 ? { ...flag, rules } : without(flag, 'rules');
  const environments = mapOf(flag['environments']);
  // Also when it is empty: it takes the place of the flag's rules.
  const own = { ...mapOf(environments[environment]), rules };
  return { ...flag, environments: { ...environments, [environment]: own } };
}

function without(map: JsonMap, key: string): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

function changedRules(rules: readonly Json[], change: RuleChange): readonly Json[] {
  const { key } = change;
  switch (change.kind) {
    case 'add-rule': {
      const at = change.at ?? rules.length;
      if (at > rules.length) throw noSuchRule(key, at);
      const rule = { when: change.when, serve: change.serve } as Json;
      return [...rules.slice(0, at), rule, ...rules.slice(at)];
    }
    case 'remove-rule':
      if (change.index >= rules.length) throw noSuchRule(key, change.index);
      return rules.filter((_, index) => index !== change.index);
    case 'move-rule': {
      const moved = rules[change.from];
      if (moved === undefined) throw noSuchRule(key, change.from);
      if (change.to >= rules.length) throw noSuchRule(key, change.to);
      const rest = rules.filter((_, index) => index !== change.from);
      return [...rest.slice(0, change.to), moved, ...rest.slice(change.to)];
    }
  }
}

function noSuchRule(key: string, index: number): Error {
  return cannotEdit(key, `it has no rule ${index + 1}`);
}

function mapOf(value: Json | undefined): JsonMap {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
