/**
 * `.env` and `include.env_file`, as Compose reads them: quotes are taken away, variables filled in, ` #` begins a comment.
 * Values are in no message. Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
 */
import { interpolate, type Variables } from './interpolate.ts';
import type { Place, Report } from './report.ts';

/** Names that are `given` win, and may be used in values; so may those of `above`, which lines replace. */
export function readDotenv(
  { path, text }: { readonly path: string; readonly text: string },
  { given, above = {} }: { readonly given: Variables; readonly above?: Readonly<Record<string, string>> },
  report: Report,
): Readonly<Record<string, string>> {
  const lines = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  return new DotenvReader(path, lines, report).read(given, above);
}

class DotenvReader {
  readonly #path: string;
  readonly #text: string;
  readonly #report: Report;
  #at = 0;

  constructor(path: string, text: string, report: Report) {
    this.#path = path;
    this.#text = text;
    this.#report = report;
  }

  read(given: Variables, above: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const values = new Map(Object.entries(above));
    for (;;) {
      // Empty lines and comments.
      this.#take(/(?:\s+|#[^\n]*)*/y);
      if (this.#at >= this.#text.length) return Object.fromEntries(values);
      const place = this.#place();
      this.#take(/export[ \t]+(?=[^\s=:])/y);
      const name = this.#take(/[A-Za-z_][A-Za-z0-9_.-]*(?=[ \t]*(?:[=:\n]|$))/y);
      if (name === undefined) this.#skip(place, 'This line has no usable name.');
      else if (this.#take(/[ \t]*[=:][ \t]*/y) !== undefined) {
        const value = this.#value(place, { ...Object.fromEntries(values), ...given });
        if (value !== undefined) values.set(name, value);
      }
      // A name alone is that of the shell, which is there anyway.
    }
  }

  #value(place: Place, variables: Variables): string | undefined {
    const quote = this.#take(/['"]/y);
    if (quote === undefined) {
      const whole = this.#take(/[^\n]*/y) ?? '';
      return this.#filledIn(place, whole.replace(/(?:^|[ \t]+)#.*$/, '').trimEnd(), variables);
    }
    const text = this.#take(quote === "'" ? /[^']*/y : /(?:[^"\\]|\\[\s\S])*/y) ?? '';
    const isClosed = this.#take(quote === "'" ? /'/y : /"/y) !== undefined;
    if (!isClosed || this.#take(/[ \t]*(?:#[^\n]*)?(?=\n|$)/y) === undefined) {
      const what = isClosed
        ? 'There is more behind the closing quote.'
        : 'The quote that begins on this line is not closed.';
      this.#skip(place, what);
      return undefined;
    }
    return quote === "'" ? text : this.#filledIn(place, unescaped(text), variables);
  }

  #filledIn(place: Place, written: string, variables: Variables): string | undefined {
    const { text, faults } = interpolate(written, variables);
    for (const { kind, message, hint } of faults)
      if (kind === 'unset') this.#report.warning(place, { code: 'compose.variable-unset', message, hint });
      else this.#report.error(place, { code: `compose.variable-${kind}`, message, hint });
    return text;
  }

  #skip(place: Place, message: string): void {
    const hint = 'Write NAME=value, NAME="value" or NAME=\'value\'; "#" begins a comment.';
    this.#report.error(place, { code: 'compose.invalid-value', message, hint });
    this.#take(/[^\n]*/y);
  }

  #place(): Place {
    const before = this.#text.slice(0, this.#at).split('\n');
    return { file: this.#path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  #take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text)?.[0];
    this.#at += match?.length ?? 0;
    return match;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', $: '$$' };

/** A dollar sign that is meant is doubled, for what fills in variables. */
function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, char: string) =>
    Object.hasOwn(escapes, char) ? (escapes[char] ?? whole) : /["\\]/.test(char) ? char : whole,
  );
}
