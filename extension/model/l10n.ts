/**
 * What users read, in the language of their editor: `l10n.t('{0} is set up.', environment)`. The English text is the key
 * (`l10n/bundle.l10n.<language>.json`). Knows no editor: `main.ts` passes the editor's own translator in before anything
 * is said; without one, as in unit tests, it is English. A text is asked for when it is shown, never when a module loads.
 */

export type Translate = (message: string, ...args: readonly (string | number | boolean)[]) => string;

/** English: the message itself, `{0}` being the first of `args`. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

let translate = inEnglish;

/** Named as the editor's own, so that one script finds the keys of both. */
export const l10n: { readonly t: Translate } = { t: (message, ...args) => translate(message, ...args) };

export function translateBy(own: Translate): void {
  translate = own;
}
