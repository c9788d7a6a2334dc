/** Switching a flag, for whom it is on, and what they get. */
import { l10n } from 'vscode';
import type { Results } from '../../agent/protocol/methods.ts';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';
import { chooseFlag, setFlag, wantedOf } from './flag-setting.ts';
import { pick, type } from './pick.ts';

type Set = Results['flags.set'];

export async function toggleFlag(context: CommandContext, given: unknown): Promise<Set> {
  const target = targetOf(context, given);
  const question = l10n.t('Toggle a flag: in which environment?');
  const { folder, state } = await chooseEnvironment(context, target, question);
  const flag = await chooseFlag(context, {
    ...{ folder, state, key: target.flag },
    title: l10n.t('Toggle a flag in {0}', state.facts.environment),
    placeHolder: l10n.t('The flag is switched to its other state'),
  });
  return setFlag(context, {
    ...{ folder, state, key: flag.key },
    to: { on: !flag.value },
    from: wantedOf(flag),
  });
}

const shares = [0, 1, 5, 10, 25, 50, 75, 100];

/** For whom it is on; what they get stays. */
export async function changeShare(context: CommandContext, given: unknown): Promise<Set> {
  const target = targetOf(context, given);
  const question = l10n.t('Change for whom a flag is on: in which environment?');
  const { folder, state } = await chooseEnvironment(context, target, question);
  const { environment } = state.facts;
  const flag = await chooseFlag(context, {
    ...{ folder, state, key: target.flag },
    title: l10n.t('Change for whom a flag is on in {0}', environment),
    placeHolder: l10n.t('The flag is switched on for that share of the users'),
  });
  const { on, share, variant } = wantedOf(flag);
  const wanted = await chooseShare(
    l10n.t('{0} in {1}: on for how many of the users?', flag.key, environment),
    {
      now: on ? (share ?? 100) : undefined,
    },
  );
  return setFlag(context, {
    ...{ folder, state, key: flag.key },
    to: { on: true, ...(wanted < 100 && { share: wanted }), ...(variant !== undefined && { variant }) },
    from: wantedOf(flag),
  });
}

async function chooseShare(title: string, { now }: { readonly now: number | undefined }): Promise<number> {
  const meaning = (share: number): string =>
    share === 0
      ? l10n.t('on, and nobody gets it but by a rule')
      : share === 100
        ? l10n.t('everybody for whom no rule says otherwise')
        : '';
  const { share } = await pick(
    [
      ...shares.map((one) => ({
        label: `${one} %`,
        description: [one === now ? l10n.t('now') : '', meaning(one)].filter(Boolean).join(' · '),
        share: one,
      })),
      { label: l10n.t('$(edit) Another Share…'), description: '', share: undefined },
    ],
    { title, placeHolder: l10n.t('The same users stay in when the share grows') },
  );
  if (share !== undefined) return share;
  const typed = await type({
    title,
    prompt: l10n.t('Percent of the users, with two decimals at most'),
    placeHolder: '2.5',
    check: (text) =>
      percentOf(text) === undefined ? l10n.t('Write a percentage from 0 to 100.') : undefined,
  });
  return percentOf(typed) ?? 0;
}

function percentOf(text: string): number | undefined {
  const [, number] = /^\s*(\d{1,3}(?:\.\d{1,2})?)\s*%?\s*$/.exec(text) ?? [];
  return number !== undefined && Number(number) <= 100 ? Number(number) : undefined;
}

/** What those get for whom it is on; for whom stays. */
export async function changeVariant(context: CommandContext, given: unknown): Promise<Set> {
  const target = targetOf(context, given);
  const question = l10n.t('Change what users get of a flag: in which environment?');
  const { folder, state } = await chooseEnvironment(context, target, question);
  const { environment } = state.facts;
  const flag = await chooseFlag(context, {
    ...{ folder, state, key: target.flag },
    title: l10n.t('Change what users get of a flag in {0}', environment),
    placeHolder: l10n.t('Flags with variants'),
    only: {
      which: (one) => one.type !== 'boolean',
      none: l10n.t('{0} has no flags with variants: they are all on or off.', environment),
    },
  });
  const { key, type: kind, variants } = flag;
  if (kind === 'boolean')
    throw new Error(
      l10n.t('{0} is a boolean flag: it is on or off, for a share of the users if you like.', key),
    );
  const { on, share, variant } = wantedOf(flag);
  const now = on ? (variant ?? '') : undefined;
  const picked = await pick(
    [
      {
        label: l10n.t('What its definition says'),
        description: now === '' ? l10n.t('now') : '',
        name: undefined,
      },
      ...variants.map((name) => ({ label: name, description: name === now ? l10n.t('now') : '', name })),
    ],
    {
      title: l10n.t('{0} in {1}: which variant?', key, environment),
      placeHolder: l10n.t('For users for whom no rule says otherwise'),
    },
  );
  return setFlag(context, {
    ...{ folder, state, key },
    to: {
      ...{ on: true },
      ...(share !== undefined && { share }),
      ...(picked.name !== undefined && { variant: picked.name }),
    },
    from: wantedOf(flag),
  });
}
