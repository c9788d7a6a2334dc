/** Statements put behind a flag, in the way the program asks for its flags already. */
import { evaluates, flagLiterals } from './flag-literals.ts';

/** A call that evaluates a flag to true or false, with a place for the key. */
export interface FlagCall {
  readonly before: string;
  readonly after: string;
}

/** OpenFeature's, where nothing in the program says otherwise. */
export const usualCall: FlagCall = { before: "await client.getBooleanValue('", after: "', false)" };

const booleans = /bool|enabled|feature|^is_?(on|active)$|^(use|get)?_?flag$|^variation$/i;
/** What a call may begin with: `await flags.client?.`. */
const receiver =
  /(?:await\s+)?(?:[A-Za-z_$][\w$]*(?:\(\))?\??\.)*[A-Za-z_$][\w$]*\s*(?:<[\w\s]{0,40}>)?\s*\($/;
const longest = 200;

/** The first one in a text; `known`: keys of flags, by which calls are trusted that may mean something else. */
export function callIn(text: string, known: ReadonlySet<string>): FlagCall | undefined {
  for (const { key, offset, callee = '' } of flagLiterals(text)) {
    const certain = evaluates(callee);
    if (!booleans.test(callee) || certain === 'no' || (certain === 'perhaps' && !known.has(key))) continue;
    const call = callAround(text, offset, key.length);
    if (call !== undefined && /^variation$/i.test(callee) ? /\b(true|false)\b/.test(call.after) : call)
      return call;
  }
  return undefined;
}

function callAround(text: string, offset: number, length: number): FlagCall | undefined {
  const quote = offset - 1;
  const start = receiver.exec(text.slice(Math.max(0, quote - longest), quote))?.[0];
  const end = closing(text, offset + length + 1);
  if (start === undefined || end === undefined) return undefined;
  const before = `${start}${text[quote] ?? "'"}`.replace(/\s+/g, ' ');
  // While flags cannot be had, what is behind a new one stays off.
  const after = text
    .slice(offset + length, end)
    .replace(/\s+/g, ' ')
    .replace(/, ?true\b/, ', false');
  return before.length + after.length > longest ? undefined : { before, after };
}

/** Behind the bracket that closes the call. */
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (const { at, bracket } of brackets(text, from)) {
    depth += '([{'.includes(bracket) ? 1 : -1;
    if (depth === 0) return at + 1;
    if (at - from > longest) return undefined;
  }
  return undefined;
}

/** Those that are no part of a text or a comment. */
function* brackets(text: string, from = 0): Generator<{ readonly at: number; readonly bracket: string }> {
  const parts = /(["'`])(?:\\.|(?!\1)[^\\])*\1|\/\/[^\n]*|\/\*[^]*?\*\/|[()[\]{}]/g;
  parts.lastIndex = from;
  for (let match = parts.exec(text); match !== null; match = parts.exec(text))
    if (match[0].length === 1) yield { at: match.index, bracket: match[0] };
}

/** Whole lines that are statements, as far as that can be told; `undefined`: what is selected is something else. */
export function statementsIn(
  text: string,
  from: number,
  to: number,
): { start: number; end: number } | undefined {
  const selected = text.slice(from, to);
  if (selected.trim() === '') return undefined;
  const first = from + (selected.length - selected.trimStart().length);
  const last = to - (selected.length - selected.trimEnd().length);
  const start = text.lastIndexOf('\n', first - 1) + 1;
  const end = /\r?\n|$/.exec(text.slice(last));
  const behind = last + (end?.index ?? 0);
  const isWhole = text.slice(start, first).trim() === '' && text.slice(last, behind).trim() === '';
  return isWhole && areStatements(text.slice(first, last)) ? { start, end: behind } : undefined;
}

/** Words that cannot stand in a block, or begin in the middle of something. */
const notAlone =
  /^(import|export|else|case|default|catch|finally|extends|implements)\b|^[.,;:?|&<)\]}=+*/%]|^\w+\s*:/;

function areStatements(text: string): boolean {
  if (/^(?:[.,:?|&)\]}=+*%]|<)/.test(text) || notAlone.test(text) || /^(import|export)\b/m.test(text))
    return false;
  if (/[,:?|&=+(*[{<]$/.test(text)) return false;
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  for (const { bracket } of brackets(text)) {
    const wanted = pairs[bracket];
    if (wanted === undefined) open.push(bracket);
    else if (open.pop() !== wanted) return false;
  }
  return open.length === 0;
}

export interface Wrapping {
  readonly key: string;
  readonly call: FlagCall;
  /** What one level is indented by. */
  readonly step: string;
}

/** Of whole lines. */
export function wrapped(lines: string, { key, call, step }: Wrapping): string {
  const eol = lines.includes('\r\n') ? '\r\n' : '\n';
  const all = lines.split(/\r?\n/);
  const indent = /^\s*/.exec(all.find((line) => line.trim() !== '') ?? '')?.[0] ?? '';
  // Lines of a text that goes over several of them are a part of it.
  const isSafe = !lines.includes('`');
  const inner = all.map((line) => (line.trim() === '' || !isSafe ? line : step + line));
  return [`${indent}if (${call.before}${key}${call.after}) {`, ...inner, `${indent}}`].join(eol);
}

/** What one level of a text is indented by, as its first indented line has it; `undefined`: none is. */
export function stepIn(text: string): string | undefined {
  const [, tabs, spaces] = /^(?:(\t)|( {2,8})(?=[^ *]))/m.exec(text) ?? [];
  return tabs ?? spaces;
}
