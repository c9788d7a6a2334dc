/** A new flag in the flags file: by itself, or for a key that the code asks for already. */
import * as vscode from 'vscode';
import type { FlagChange } from '../../agent/protocol/flag-editing.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { variantsOf } from '../model/flag-draft.ts';
import { say } from '../say.ts';
import { ready, targetOf, type CommandContext } from './context.ts';
import { chooseFolder } from './flag-choice.ts';
import { pick, type } from './pick.ts';

const { l10n } = vscode;

type FlagType = FlagStatus['type'];
type Create = Extract<FlagChange, { kind: 'create' }>;

/** Takes `type` as well: how the code asks for it. */
export async function createFlag(context: CommandContext, given: unknown): Promise<string> {
  // From the palette and the view's title there is none; from elsewhere it may be a row.
  const isObject = typeof given === 'object' && given !== null;
  const { type: kind, ...rest }: { readonly type?: unknown } = isObject ? given : {};
  const target = targetOf(context, isObject ? rest : given);
  await ready(context);
  const title = l10n.t('Create a flag');
  const folder = await chooseFolder(context, target, title);
  const change = await askForFlag(context, { folder, key: target.flag, kind: typeOf(kind) });
  const file = await context.flagsFile.change(folder, change);
  await showFlag(context, { folder, file, key: change.key });
  return change.key;
}

export interface NewFlag {
  readonly folder: string;
  readonly key: string | undefined;
  /** `undefined`: asked for. */
  readonly kind: FlagType | undefined;
}

export async function askForFlag(context: CommandContext, { folder, key, kind }: NewFlag): Promise<Create> {
  const { file, keys } = await context.flagsFile.keys(folder);
  if (file === null)
    throw new Error(
      l10n.t(
        'tidegate.yaml names no flags file. Write "flags: flags.yaml" into it; the file is made with the first flag.',
      ),
    );
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
}

async function showFlag({ flagsFile, output }: CommandContext, { folder, file, key }: Made): Promise<void> {
  const place = (await flagsFile.keys(folder)).keys?.find((flag) => flag.key === key);
  const at = new vscode.Position((place?.line ?? 1) - 1, (place?.column ?? 1) - 1);
  await vscode.window.showTextDocument(file, { preview: false, selection: new vscode.Range(at, at) });
  const text = l10n.t(
    '{0} is in the flags file, not saved yet. It is served once it is committed and deployed.',
    key,
  );
  output.info(text);
  void say('info', text);
}
