/** A flag taken out of the flags file: after a look at where it is used, and never by itself. */
import * as vscode from 'vscode';
import { stateIn } from '../model/known-flags.ts';
import { staleWords } from '../model/flag-stale.ts';
import { say } from '../say.ts';
import { Declined, ready, targetOf, type CommandContext } from './context.ts';
import { chooseKey, environmentsOf } from './flag-choice.ts';
import { showUses, type Using } from './flag-places.ts';

const { l10n } = vscode;
const mostShown = 8;

/** Whether it was taken out. */
export async function removeFlag(context: CommandContext, given: unknown): Promise<boolean> {
  await ready(context);
  const { folder, key } = await chooseKey(context, targetOf(context, given), {
    ...{ title: l10n.t('Remove which flag?'), only: 'in the file' },
    about: (of, one) => context.stale.of(of, one).map(staleWords).join(', '),
  });
  const { keys, file } = await context.flagsFile.keys(folder);
  const place = keys?.find((flag) => flag.key === key);
  if (file === null || place === undefined)
    throw new Error(l10n.t('The flags file of the working tree does not define {0}.', key));
  const uses = await context.references.of(
    key,
    (keys ?? []).map((flag) => flag.key),
  );
  const [yes, show] = [l10n.t('Remove Definition'), l10n.t('Show References')];
  const pressed = await vscode.window.showWarningMessage(
    l10n.t('Remove {0} from the flags file?', key),
    { modal: true, detail: detailOf(context, { folder, key, uses }) },
    ...(uses.length === 0 ? [yes] : [yes, show]),
  );
  if (pressed === show) {
    await showUses(vscode.Uri.file(file), new vscode.Position(place.line - 1, place.column - 1), {
      key,
      uses,
    });
    return false;
  }
  if (pressed !== yes) throw new Declined();
  const uri = await context.flagsFile.change(folder, { kind: 'remove', key });
  await vscode.window.showTextDocument(uri, { preview: false });
  const text = l10n.t(
    '{0} is taken out of the flags file, not saved yet. It is served until the next deploy.',
    key,
  );
  context.output.info(text);
  void say('info', text);
  return true;
}

function detailOf(
  context: CommandContext,
  { folder, key, uses }: Using & { readonly folder: string },
): string {
  const reasons = context.stale.of(folder, key).map(staleWords);
  const states = environmentsOf(context, folder).map(({ facts, flags, status }) => {
    const flag = flags?.flags.find((one) => one.key === key && one.defined);
    const { environment, protected: isProtected } = facts;
    return `${environment}: ${stateIn({ environment, isProtected, flag, isMissing: status?.state === 'not-set-up' })}`;
  });
  const shown = uses.slice(0, mostShown);
  const places = shown.map(({ path, line }) => `  ${vscode.workspace.asRelativePath(path)}:${line + 1}`);
  return [
    ...(reasons.length === 0 ? [] : [l10n.t('Stale: {0}', reasons.join(', '))]),
    ...states,
    ...(uses.length === 0
      ? [l10n.t('It is not used in the code of this workspace.')]
      : [
          l10n.t('Used in the code, {0} times. They get their own default once it is gone:', uses.length),
          ...places,
        ]),
    ...(uses.length > mostShown ? [l10n.t('  and {0} more', uses.length - mostShown)] : []),
  ].join('\n');
}
