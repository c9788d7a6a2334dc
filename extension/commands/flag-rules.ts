/** Rules of a flag by picking: they are in the flags file, so each step is an edit there that can be undone. */
import * as vscode from 'vscode';
import type { FlagChange, FlagRules, FlagRulesResult } from '../../agent/protocol/flag-editing.ts';
import { allOf, conditionOf, operators, splitOf, type FileMap } from '../model/rule-draft.ts';
import { Declined, ready, targetOf, type CommandContext } from './context.ts';
import { chooseKey } from './flag-choice.ts';
import { pick, type } from './pick.ts';

const { l10n } = vscode;

interface Place {
  readonly folder: string;
  readonly key: string;
  /** `null`: the rules of the flag, for all environments that have none of their own. */
  readonly environment: string | null;
}

/** How many changes were made. They are in the editor, unsaved. */
export async function editFlagRules(context: CommandContext, given: unknown): Promise<number> {
  await ready(context);
  const target = targetOf(context, given);
  const { folder, key } = await chooseKey(context, target, {
    title: l10n.t('Edit the rules of which flag?'),
    only: 'in the file',
  });
  const rules = await context.flagsFile.rules(folder, key);
  const environment = await chooseList(rules, target.environment);
  const place: Place = { folder, key, environment };
  for (let made = 0; ; made++) {
    const change = await chooseChange(context, place, made);
    if (change === undefined) return made;
    const file = await context.flagsFile.change(folder, change);
    await vscode.window.showTextDocument(file, { preserveFocus: true, preview: false });
  }
}

async function chooseList(rules: FlagRulesResult, wanted: string | undefined): Promise<string | null> {
  const { key, lists, environments } = rules;
  const own = (name: string): FlagRules | undefined => lists.find((list) => list.environment === name);
  if (wanted !== undefined && own(wanted)) return wanted;
  if (environments.length === 0) return null;
  const general = {
    label: l10n.t('All environments'),
    description: l10n.t('rules: {0}', lists[0]?.rules.length ?? 0),
    detail: l10n.t('Those that have no rules of their own'),
    environment: null,
  };
  const items = environments
    .filter((name) => wanted === undefined || name === wanted)
    .map((name) => {
      const list = own(name);
      return {
        label: l10n.t('Only {0}', name),
        description: list === undefined ? '' : l10n.t('rules: {0}', list.rules.length),
        detail:
          list === undefined
            ? l10n.t('Gets rules of its own, beginning with a copy of those for all')
            : l10n.t('Has rules of its own'),
        environment: name,
      };
    });
  const picked = await pick([general, ...items], { title: l10n.t('Rules of {0}: where?', key) });
  return picked.environment;
}

/** `undefined`: it is enough. */
async function chooseChange(
  context: CommandContext,
  place: Place,
  made: number,
): Promise<FlagChange | undefined> {
  const { folder, key, environment } = place;
  const found = await context.flagsFile.rules(folder, key);
  const list = found.lists.find((one) => one.environment === environment) ?? found.lists[0];
  if (list?.hasTargeting === true)
    throw new Error(l10n.t('{0} has a targeting in flagd’s own language: change it in the file.', key));
  const rules = list?.rules ?? [];
  const where = environment ?? l10n.t('all environments');
  const title =
    made === 0
      ? l10n.t('Rules of {0} for {1}', key, where)
      : l10n.t('Rules of {0} for {1} (unsaved changes: {2})', ...[key, where, made]);
  try {
    const picked = await pick(
      [
        ...rules.map(({ when, serve }, index) => ({ label: `${index + 1}. ${when} → ${serve}`, index })),
        { label: l10n.t('$(add) Add a Rule…'), index: undefined },
      ],
      { title, placeHolder: l10n.t('The first rule that holds decides. Escape ends it.') },
    );
    if (picked.index === undefined) return await newRule(found, place);
    return await whatBecomes(place, { index: picked.index, of: rules.length, title: picked.label });
  } catch (error) {
    // Whoever closes a list after some changes has done what he wanted.
    if (error instanceof Declined && made > 0) return undefined;
    throw error;
  }
}

interface Chosen {
  readonly index: number;
  readonly of: number;
  readonly title: string;
}

async function whatBecomes(place: Place, { index, of, title }: Chosen): Promise<FlagChange> {
  const moves = [
    { label: l10n.t('$(arrow-up) Move Up'), to: index - 1 },
    { label: l10n.t('$(arrow-down) Move Down'), to: index + 1 },
  ].filter(({ to }) => to >= 0 && to < of);
  const remove = { label: l10n.t('$(trash) Remove'), to: undefined };
  const { to } = await pick([...moves, remove], { title });
  const at = { key: place.key, environment: place.environment };
  return to === undefined
    ? { kind: 'remove-rule', ...at, index }
    : { kind: 'move-rule', ...at, from: index, to };
}

async function newRule(found: FlagRulesResult, { key, environment }: Place): Promise<FlagChange> {
  const title = l10n.t('A rule of {0}', key);
  const conditions: FileMap[] = [];
  for (;;) {
    conditions.push(await chooseCondition(found, title));
    const serve = await chooseServe(found, title);
    if (serve === undefined) continue;
    return { kind: 'add-rule', key, environment, when: allOf(conditions), serve, at: null };
  }
}

async function chooseCondition({ segments, attributes }: FlagRulesResult, title: string): Promise<FileMap> {
  const names = attributes.includes('targetingKey') ? attributes : [...attributes, 'targetingKey'];
  const picked = await pick(
    [
      ...names.map((name) => ({
        label: name,
        description: name === 'targetingKey' ? l10n.t('the user itself') : l10n.t('attribute'),
        condition: undefined,
        name,
      })),
      { label: l10n.t('$(edit) Another Attribute…'), description: '', condition: undefined, name: undefined },
      ...segments.map((segment) => ({
        ...{ label: segment, description: l10n.t('segment'), name: undefined },
        condition: { segment },
      })),
    ],
    { title, placeHolder: l10n.t('For whom is it?') },
  );
  if (picked.condition !== undefined) return picked.condition;
  const attribute = picked.name ?? (await typeAttribute(title));
  const { operator } = await pick(
    operators.map((one) => ({ label: one.label, operator: one })),
    { title: l10n.t('{0}: {1} …', title, attribute), placeHolder: l10n.t('How is it compared?') },
  );
  const typed = operator.takes === 'nothing' ? '' : await typeValue(attribute, title, operator);
  const condition = conditionOf(attribute, operator, typed);
  if (typeof condition === 'string') throw new Error(condition);
  return condition;
}

function typeAttribute(title: string): Promise<string> {
  return type({
    title,
    prompt: l10n.t('The attribute, as the services send it: plan, or user.country'),
    check: (text) =>
      /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/.test(text)
        ? undefined
        : l10n.t('Write it as the services send it: plan, or user.country.'),
  });
}

function typeValue(attribute: string, title: string, operator: (typeof operators)[number]): Promise<string> {
  const prompts = {
    ...{ nothing: '', value: l10n.t('A value: pro, 3, true; "3" is a text') },
    values: l10n.t('Values, by commas: de, at, ch'),
    ...{ number: l10n.t('A number'), version: l10n.t('A version and how it compares: >=1.4.0') },
  };
  return type({
    title: `${title}: ${attribute} ${operator.label} …`,
    prompt: prompts[operator.takes],
    check: (text) => {
      const condition = conditionOf(attribute, operator, text);
      return typeof condition === 'string' ? condition : undefined;
    },
  });
}

/** `undefined`: one more condition first. */
async function chooseServe(
  { variants }: FlagRulesResult,
  title: string,
): Promise<string | FileMap | undefined> {
  const picked = await pick(
    [
      ...variants.map((variant) => ({ label: variant, what: 'variant' as const })),
      { label: l10n.t('$(split-horizontal) Shares of Them…'), what: 'split' as const },
      { label: l10n.t('$(add) And Another Condition…'), what: 'more' as const },
    ],
    { title, placeHolder: l10n.t('What do they get?') },
  );
  if (picked.what === 'variant') return picked.label;
  if (picked.what === 'more') return undefined;
  const read = (text: string): FileMap | string => splitOf(text, variants);
  const typed = await type({
    title,
    prompt: l10n.t('A share for each variant, 100 % together'),
    value: variants.map((name, index) => `${name}=${index === 0 ? 100 : 0}%`).join(', '),
    check: (text) => {
      const split = read(text);
      return typeof split === 'string' ? split : undefined;
    },
  });
  return read(typed);
}
