/**
 * What users read, in the language of their editor: `l10n.t('{0} is set up.', environment)`. The English text is the key
 * (`l10n/bundle.l10n.<language>.json`). Knows no editor: `main.ts` (of the extension, and of each page) passes a translator
 * in before anything is said; without one, as in unit tests, it is English. A text is asked for when it is shown, never
 * when a module loads.
 */

export type Translate = (message: string, ...args: readonly (string | number | boolean)[]) => string;

/** The texts of a language, by the English ones. */
export type Texts = Readonly<Record<string, string>>;

/** English: the message itself, `{0}` being the first of `args`. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

/** What is not among the texts is English. */
export function outOf(texts: Texts): Translate {
  return (message, ...args) => inEnglish(texts[message] ?? message, ...args);
}

let translate = inEnglish;
let spoken = 'en';
let known: string | undefined;

/** Named as the editor's own, so that one script finds the keys of both. */
export const l10n: { readonly t: Translate; readonly language: string } = {
  t: (message, ...args) => translate(message, ...args),
  /** Of the texts (BCP 47): numbers and times are written as the words around them are. */
  get language() {
    // Asked for here, for the first answer of `Intl` takes longer than all the rest of a start.
    return (known ??= isKnown(spoken) ? spoken : 'en');
  },
};

/** `language`: `de`; one that `Intl` does not know counts as English. */
export function translateBy(own: Translate, language = 'en'): void {
  translate = own;
  spoken = language;
  known = undefined;
}

function isKnown(language: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language).length > 0;
  } catch {
    return false;
  }
}
