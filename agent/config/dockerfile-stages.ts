/**
 * Names of the stages of a Dockerfile, in their order. It may find one too many (in the text of a heredoc), never one
 * too few: it is for telling a misspelt name, and the builder has the last word.
 */
export function dockerfileStages(text: string): readonly string[] {
  const joined = text
    .split(/\r?\n/)
    // A comment may stand between the lines of an instruction.
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/[\\`][ \t]*\n/g, ' ');
  const from = /^[ \t]*FROM(?:[ \t]+--\S+)*[ \t]+\S+[ \t]+AS[ \t]+(\S+)/gim;
  return [...joined.matchAll(from)].map(([, name = '']) => name);
}
