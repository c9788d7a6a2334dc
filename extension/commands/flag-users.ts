/** Who gets it: a flag for one user, in one environment or in all of them, with the reason. */
import * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import type { FlagEvaluation } from '../../agent/protocol/flag-methods.ts';
import type { Params } from '../../agent/protocol/methods.ts';
import { ask } from '../agent/quiet.ts';
import { commands } from '../ids.ts';
import { attributesOf, evaluationWords, userWords } from '../model/flag-users.ts';
import { ready, targetOf, type CommandContext } from './context.ts';
import { chooseKey, environmentsOf } from './flag-choice.ts';
import { type } from './pick.ts';

const { l10n } = vscode;

/** What was typed last, of each flag. */
interface Remembered {
  readonly user: string;
  readonly attributes: string;
}

export interface Evaluated {
  readonly environment: string;
  /** `undefined`: it could not be asked. */
  readonly evaluation: FlagEvaluation | undefined;
  readonly problem: string | undefined;
}

interface Asking {
  readonly folder: string;
  readonly key: string;
  readonly environments: readonly string[];
}

export async function whoGetsFlag(context: CommandContext, given: unknown): Promise<readonly Evaluated[]> {
  await ready(context);
  const target = targetOf(context, given);
  const { folder, key } = await chooseKey(context, target, { title: l10n.t('Who gets which flag?') });
  const known = environmentsOf(context, folder).filter(({ flags }) =>
    flags?.flags.some((flag) => flag.key === key && flag.defined),
  );
  const all = known.map(({ facts }) => facts.environment);
  const environments = target.environment === undefined ? all : [target.environment];
  if (environments.length === 0)
    throw new Error(l10n.t('No release that is live defines {0}: it is asked for in vain.', key));
  return askFor(context, { folder, key, environments });
}

async function askFor(context: CommandContext, asking: Asking): Promise<readonly Evaluated[]> {
  const asked = await typeUser(context, asking);
  const attributes = attributesOf(asked.attributes);
  if (typeof attributes === 'string') throw new Error(attributes);
  const { user } = asked;
  const who = {
    ...attributes,
    ...(user !== '' && { targetingKey: user }),
  } as Params<'flags.evaluate'>['context'];
  const results = await Promise.all(
    asking.environments.map((environment) => evaluate(context, { ...asking, environment }, who)),
  );
  for (const one of results) context.output.info(spoken(asking.key, asked, one));
  // The list stays as long as it likes; the command has ended.
  void show(asking, { asked, results });
  return results;
}

async function typeUser({ memory, flagsFile }: CommandContext, { folder, key }: Asking): Promise<Remembered> {
  const place = `tidegate.user ${folder}#${key}`;
  const last = memory.get<Remembered>(place) ?? { user: '', attributes: '' };
  const title = l10n.t('Who gets {0}?', key);
  const user = await type({
    title,
    prompt: l10n.t('The targetingKey: how your services name the user. Empty: they do not.'),
    value: last.user,
  });
  // What its rules ask for is worth knowing; without it, it can be typed all the same.
  const names = await flagsFile.rules(folder, key).then(
    (rules) => rules.attributes.filter((name) => name !== 'targetingKey'),
    () => [],
  );
  const attributes = await type({
    title,
    prompt:
      names.length === 0
        ? l10n.t('What else they say of the user: plan=pro, user.country=de; or a JSON object.')
        : l10n.t(
            'What else they say of the user: plan=pro; or a JSON object. Rules ask for {0}.',
            names.join(', '),
          ),
    placeHolder: names.map((name) => `${name}=…`).join(', '),
    value: last.attributes,
    check: (text) => {
      const read = attributesOf(text);
      return typeof read === 'string' ? read : undefined;
    },
  });
  const asked = { user: user.trim(), attributes };
  await memory.update(place, asked);
  return asked;
}

async function evaluate(
  { link }: CommandContext,
  {
    folder,
    key,
    environment,
  }: { readonly folder: string; readonly key: string; readonly environment: string },
  who: Params<'flags.evaluate'>['context'],
): Promise<Evaluated> {
  try {
    const agent = await link.connected();
    const { evaluations } = await ask(agent, 'flags.evaluate', { folder, environment, key, context: who });
    return { environment, evaluation: evaluations[0], problem: undefined };
  } catch (error) {
    return { environment, evaluation: undefined, problem: messageOf(error) };
  }
}

function spoken(key: string, { user, attributes }: Remembered, { environment, ...one }: Evaluated): string {
  const { what, why } = wordsOf(one);
  return `${key} for ${userWords(user, attributes)} in ${environment}: ${what}: ${why}`;
}

function wordsOf({ evaluation, problem = '' }: Omit<Evaluated, 'environment'>): {
  readonly what: string;
  readonly why: string;
} {
  return evaluation === undefined
    ? { what: l10n.t('cannot be asked'), why: problem }
    : evaluationWords(evaluation);
}

interface Shown {
  readonly asked: Remembered;
  readonly results: readonly Evaluated[];
}

async function show(asking: Asking, { asked, results }: Shown): Promise<void> {
  const again = l10n.t('$(edit) Ask for Another User…');
  const rows = results.map((one) => {
    const { what, why } = wordsOf(one);
    return { label: `${one.environment}: ${what}`, detail: why };
  });
  const title = l10n.t('{0} for {1}', asking.key, userWords(asked.user, asked.attributes));
  const picked = await vscode.window.showQuickPick([...rows, { label: again, detail: '' }], {
    title,
    placeHolder: l10n.t('What they get, and why'),
    matchOnDetail: true,
  });
  // As when it is called anew, with what was typed last.
  if (picked?.label === again)
    await vscode.commands.executeCommand(commands.whoGetsFlag, {
      ...{ folder: asking.folder, flag: asking.key },
      ...(asking.environments.length === 1 && { environment: asking.environments[0] }),
    });
}
