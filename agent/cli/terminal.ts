/** What a terminal can show, and what must not reach it. */
export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const same = (text: string): string => text;

/** For pipes, files, and people who set NO_COLOR. */
export const plainStyle: Style = { dim: same, bold: same, good: same, warn: same, bad: same };

const sgr =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

export const colourStyle: Style = {
  dim: sgr(2, 22),
  bold: sgr(1, 22),
  good: sgr(32, 39),
  warn: sgr(33, 39),
  bad: sgr(31, 39),
};

/** NO_COLOR as https://no-color.org has it: any value but the empty one. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  const wanted = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return isTerminal && wanted ? colourStyle : plainStyle;
}

/** True when lines can be rewritten in place. */
export function canRewrite(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  return isTerminal && env.TERM !== 'dumb';
}

/**
 * ECMA-48: control sequences (CSI), operating system commands (OSC), two-character escapes. Not
 * `util.stripVTControlCharacters`: it takes a sequence and the text up to the next bell for one.
 */
const escapeSequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]?/g;
/** C0 but tab, DEL, and C1. */
const otherControls = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/**
 * One line of somebody else's output (a build, a container) without what would move the cursor, clear the
 * screen or set a title. Of text that overwrote itself with carriage returns the last state is left.
 */
export function cleanLine(text: string): string {
  const last =
    text
      .replace(/[\r\n]+$/, '')
      .split('\r')
      .at(-1) ?? '';
  return last.replace(escapeSequence, '').replace(otherControls, '');
}

/** The same for a text of several lines, of which the agent may have read some in a container's log. */
export function cleanText(text: string): string {
  return text.split('\n').map(cleanLine).join('\n');
}
