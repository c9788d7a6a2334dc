/**
 * Splits a command line into words as Docker does for a `command:` that is text: POSIX quoting, no variables, no
 * globbing, `#` starts no comment inside a word. `undefined` when a quote is not closed or a backslash ends it.
 */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|([^])/y;
  let word: string | undefined;
  for (let match = token.exec(line); match; match = token.exec(line)) {
    const [space, single, double, escaped, plain, broken] = match;
    if (broken !== undefined) return undefined;
    const part = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (part !== undefined) {
      word = (word ?? '') + part;
    } else if (space !== '' && word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
