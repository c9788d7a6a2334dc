/** A new flag in the flags file: by itself, or for a key that the code asks for already. */
import * as vscode from 'vscode';
import type { FlagChange } from '../../agent/protocol/flag-editing.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { variantsOf } from '../model/flag-draft.ts';
import type { Target } from '../model/node.ts';
import { say } from '../say.ts';
import { ready, targetOf, type CommandContext } from './context.ts';
import { chooseFolder } from './flag-choice.ts';
import { pick, type } from './pick.ts';

const { l10n } = vscode;

type FlagType = FlagStatus['type'];
type Create = Extract<FlagChange, { kind: 'create' }>;

/** Takes `type` as well: how the code asks for it. */
export async function createFlag(context: CommandContext, given: unknown): Promise<string> {
  const { kind, target } = asked(context, given);
  await ready(context);
  const title = l10n.t('Create a flag');
  const folder = await chooseFolder(context, target, title);
  const isFirst = (await context.flagsFile.keys(folder)).file === null;
  const change = await askForFlag(context, { folder, key: target.flag, kind: typeOf(kind) });
  const file = await context.flagsFile.change(folder, change);
  await showFlag(context, { folder, file, key: change.key, isFirst });
  return change.key;
}

function asked(
  context: CommandContext,
  given: unknown,
): { readonly kind: unknown; readonly target: Partial<Target> } {
  if (typeof given !== 'object' || given === null || !('type' in given))
    return { kind: undefined, target: targetOf(context, given) };
  const { type: kind, ...rest } = given;
  return { kind, target: targetOf(context, rest) };
}

export interface NewFlag {
  readonly folder: string;
  readonly key: string | undefined;
  /** `undefined`: asked for. */
  readonly kind: FlagType | undefined;
}

export async function askForFlag(context: CommandContext, { folder, key, kind }: NewFlag): Promise<Create> {
  const { file, keys } = await context.flagsFile.keys(folder);
  const known = new Set((keys ?? []).map((flag) => flag.key));
  const name = key ?? (await typeKey(known));
  if (known.has(name)) throw new Error(l10n.t('The flags file defines {0} already.', name));
  const title = l10n.t('Create the flag {0}', name);
  const chosen = kind ?? (await chooseType(title));
  const description = await type({
    title,
    prompt: l10n.t('In a few words: what does it change, for whom?'),
    check: (text) => (text.trim() === '' ? l10n.t('Say what it changes.') : undefined),
  });
  const rest = chosen === 'boolean' ? {} : { type: chosen, ...(await typeVariants(title, chosen)) };
  // Once everything is answered: who gives up on the way has changed nothing.
  if (file === null) await context.flagsFile.name(folder);
  return { kind: 'create', key: name, description: description.trim(), rest };
}

function typeKey(known: ReadonlySet<string>): Promise<string> {
  return type({
    title: l10n.t('Create a flag'),
    prompt: l10n.t('Its key: words of letters and digits, joined by -, _ or .'),
    placeHolder: 'free-delivery',
    check: (text) => {
      if (known.has(text)) return l10n.t('The flags file defines {0} already.', text);
      return /^(?=.{1,100}$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$/.test(text)
        ? undefined
        : l10n.t('Write words of letters and digits, joined by -, _ or .: free-delivery');
    },
  });
}

async function chooseType(title: string): Promise<FlagType> {
  const items = [
    { label: l10n.t('On and off'), description: 'boolean', gives: 'boolean' as const },
    { label: l10n.t('Texts'), description: 'string', gives: 'string' as const },
    { label: l10n.t('Numbers'), description: 'number', gives: 'number' as const },
    { label: l10n.t('Objects'), description: 'object', gives: 'object' as const },
  ];
  return (await pick(items, { title, placeHolder: l10n.t('What does it give?') })).gives;
}

async function typeVariants(title: string, kind: Exclude<FlagType, 'boolean'>): Promise<Create['rest']> {
  const examples = {
    ...{ string: 'classic=one-page, quick=two-pages', number: 'few=10, many=50' },
    object: 'plain={}, rich={"columns": 3}',
  };
  const typed = await type({
    title,
    prompt: l10n.t('Its variants: the first is served while it is off, the second while it is on'),
    placeHolder: examples[kind],
    check: (text) => {
      const variants = variantsOf(text, kind);
      return typeof variants === 'string' ? variants : undefined;
    },
  });
  const variants = variantsOf(typed, kind);
  if (typeof variants === 'string') throw new Error(variants);
  return variants;
}

function typeOf(given: unknown): FlagType | undefined {
  return (['boolean', 'string', 'number', 'object'] as const).find((one) => one === given);
}

interface Made {
  readonly folder: string;
  readonly file: vscode.Uri;
  readonly key: string;
  /** tidegate.yaml had to be told of the file. */
  readonly isFirst: boolean;
}

async function showFlag(
  { flagsFile, output }: CommandContext,
  { folder, file, key, isFirst }: Made,
): Promise<void> {
  const place = (await flagsFile.keys(folder)).keys?.find((flag) => flag.key === key);
  const at = new vscode.Position((place?.line ?? 1) - 1, (place?.column ?? 1) - 1);
  await vscode.window.showTextDocument(file, { preview: false, selection: new vscode.Range(at, at) });
  const text = isFirst
    ? l10n.t(
        '{0} is in flags.yaml, and tidegate.yaml names that file now. It is served once both are saved, committed and deployed.',
        key,
      )
    : l10n.t('{0} is in the flags file. It is served once that is saved, committed and deployed.', key);
  output.info(text);
  void say('info', text);
}
