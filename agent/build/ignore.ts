/**
 * `.dockerignore`, with the meaning Docker gives it today (moby/patternmatcher and its `ignorefile`), quirks
 * included: case matters; the last pattern that fits wins; a pattern that fits a folder fits all below it;
 * `+()$` are plain characters, while `|`, `{`, `}` and `^` keep their meaning in regular expressions as soon as
 * the pattern has a `*`, `?` or `[`. `@balena/dockerignore` follows Docker 19.03, where `app/(shop)/page.tsx`
 * and `**.log` fitted nothing.
 */
import path from 'node:path';

interface Rule {
  readonly keep: boolean;
  readonly fits: (path: string) => boolean;
}

/** True for a path inside the context that is not sent. */
export type Ignores = (path: string) => boolean;

/** Throws a SyntaxError that names the pattern when Docker would refuse it. */
export function parseIgnoreFile(text: string): Ignores {
  const rules = patternsOf(text).map(toRule);
  const fitting = fittingRules(rules);
  return (file) => {
    const above = fitting(folderOf(file));
    let ignored = false;
    for (const [index, rule] of rules.entries()) {
      if (rule.keep === ignored && (above[index] === true || rule.fits(file))) ignored = !rule.keep;
    }
    return ignored;
  };
}

/** Which rules fit a folder, or one above it. Remembered: thousands of files are in a few hundred folders. */
function fittingRules(rules: readonly Rule[]): (folder: string) => readonly boolean[] {
  const known = new Map<string, readonly boolean[]>([['', rules.map(() => false)]]);
  const fitting = (folder: string): readonly boolean[] => {
    const found = known.get(folder);
    if (found) return found;
    const above = fitting(folderOf(folder));
    const own = rules.map((rule, index) => above[index] === true || rule.fits(folder));
    known.set(folder, own);
    return own;
  };
  return fitting;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** The patterns of a file: without comments, cleaned as Go's `filepath.Clean` does, without a leading slash. */
function patternsOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => {
      const [, bang = '', pattern = ''] = /^(!?)\s*(.*)$/s.exec(line.trim()) ?? [];
      return clean(bang + (pattern === '' ? '' : clean(pattern).replace(/^\/(?=.)/, '')));
    });
}

function clean(pattern: string): string {
  return path.posix.normalize(pattern).replace(/(?<=.)\/$/, '');
}

function toRule(pattern: string): Rule {
  const keep = pattern.startsWith('!');
  const bare = keep ? pattern.slice(1) : pattern;
  if (bare === '') throw new SyntaxError(`illegal exclusion pattern: "!"`);
  if (!wellFormed.test(bare)) throw new SyntaxError(`syntax error in pattern: ${JSON.stringify(pattern)}`);
  return { keep, fits: matcher(bare) };
}

/** What Go's `path/filepath.Match` takes for a pattern: classes closed and not empty, nothing left to escape. */
const wellFormed = /^(?:[^[\\]|\\.|\[\^?(?:(?:[^\]\\-]|\\.)(?:-(?:[^\]\\-]|\\.))?)+\])*$/s;

/** A pattern without special characters is compared as text; `foo**` and `**foo` by their start and end. */
function matcher(pattern: string): (path: string) => boolean {
  const [, before = '', plain = '', after = ''] = /^((?:\*\*)?)([^*?[\]\\]*)((?:\*\*)?)$/.exec(pattern) ?? [];
  if (before + plain + after !== pattern || (before !== '' && after !== '')) return byExpression(pattern);
  if (before !== '')
    return (file) => file.endsWith(plain) || (plain.startsWith('/') && file === plain.slice(1));
  return after === '' ? (file) => file === plain : (file) => file.startsWith(plain);
}

function byExpression(pattern: string): (path: string) => boolean {
  try {
    const expression = new RegExp(`^${toExpression(pattern)}$`);
    return (file) => expression.test(file);
  } catch (cause) {
    throw new SyntaxError(`syntax error in pattern: ${JSON.stringify(pattern)}`, { cause });
  }
}

/** Tokens in order: `**` with the slash behind it, `*`, `?`, an escaped character, any other. */
function toExpression(pattern: string): string {
  const tokens = pattern.matchAll(/(\*\*\/?)|(\*)|(\?)|\\(.)|(.)/gsu);
  return [...tokens]
    .map((token) => {
      const [whole, deep, star, one, escaped] = token;
      if (deep !== undefined) return token.index + whole.length === pattern.length ? '.*' : '(.*/)?';
      if (star !== undefined) return '[^/]*';
      if (one !== undefined) return '[^/]';
      if (escaped === undefined) return whole.replace(/[.+()$]/, '\\$&');
      // Docker hands an escaped letter on, where it means what it means in a regular expression.
      if (/[A-Za-z0-9]/.test(escaped) && !/[bBdDsSwWfnrtv]/.test(escaped))
        throw new SyntaxError('unknown escape');
      return whole;
    })
    .join('');
}
