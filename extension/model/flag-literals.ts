/** Keys of flags in code: quoted words, whatever the language. */

export interface FlagLiteral {
  readonly key: string;
  /** Of the key's first letter. */
  readonly offset: number;
  /** What is called with it as its first text: `getBooleanValue`. */
  readonly callee: string | undefined;
}

/** A whole quoted text that has the shape of a key, as the agent takes keys. */
const quoted = /(["'`])([A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*)\1/g;
const longestKey = 100;
/** `client.getBooleanValue(`, `BooleanValue(ctx, `: the key is the first text of the call. */
const calls = /([A-Za-z_$][\w$]*)\s*(?:<[\w\s,.[\]|]{0,60}>)?\s*\(\s*(?:[\w.$]{1,40}\s*,\s*)?$/;
const nearEnough = 160;

export function flagLiterals(text: string): readonly FlagLiteral[] {
  return [...literals(text)];
}

function* literals(text: string): Generator<FlagLiteral> {
  for (const { key, offset } of quotedKeys(text))
    yield { key, offset, callee: calleeBefore(text, offset - 1) };
}

/** Without what is called: that costs more, and an index of a whole workspace does not need it. */
export function* quotedKeys(text: string): Generator<{ readonly key: string; readonly offset: number }> {
  for (const match of text.matchAll(quoted)) {
    const key = match[2] ?? '';
    if (key.length <= longestKey) yield { key, offset: match.index + 1 };
  }
}

function calleeBefore(text: string, end: number): string | undefined {
  return calls.exec(text.slice(Math.max(0, end - nearEnough), end))?.[1];
}

/** Names that evaluate nothing but flags. */
const surely =
  /^(get|use|fetch)?_?(Boolean|String|Number|Integer|Float|Double|Object|Structure)_?(Flag)?_?(Value|Details)s?(Async)?$|^(bool|string|int|float|json|number)_?variation(_?detail)?s?(async)?$|^(use|is|has|get|evaluate)_?(feature_?flag|flag|feature)(_?(enabled|on|value))?$/i;
/** Names that evaluate flags in some programs, and ask something else in others. */
const perhaps = /^(is_?enabled|is_?on|is_?active|get_?variant|variation|get_?treatment|flag)$/i;

export type Evaluates = 'surely' | 'perhaps' | 'no';

export function evaluates(callee: string | undefined): Evaluates {
  if (callee === undefined) return 'no';
  return surely.test(callee) ? 'surely' : perhaps.test(callee) ? 'perhaps' : 'no';
}

/** What a call gives, where its name says so. */
export function typeOfCall(
  callee: string | undefined,
): 'boolean' | 'string' | 'number' | 'object' | undefined {
  if (callee === undefined) return undefined;
  if (/bool|enabled|feature|^is_?(on|active)$/i.test(callee)) return 'boolean';
  if (/string/i.test(callee)) return 'string';
  if (/number|integer|float|double|^int/i.test(callee)) return 'number';
  return /object|structure|json/i.test(callee) ? 'object' : undefined;
}

/** Whether a text evaluates flags at all, as far as its calls tell. */
export function mayEvaluate(text: string): boolean {
  return flagLiterals(text).some(({ callee }) => evaluates(callee) !== 'no');
}

export interface UnknownKey extends FlagLiteral {
  /** The known key that was probably meant. */
  readonly nearest: string | undefined;
}

/**
 * Keys that are evaluated and that nobody knows. A call that may mean something else counts only where the same text
 * evaluates a known key by it, or where a known key is very near.
 */
export function unknownKeys(text: string, known: ReadonlySet<string>): readonly UnknownKey[] {
  const all = flagLiterals(text);
  const trusted = new Set(all.flatMap(({ key, callee }) => (known.has(key) ? (callee ?? []) : [])));
  return all.flatMap((literal): readonly UnknownKey[] => {
    const { key, callee = '' } = literal;
    const certain = evaluates(callee);
    if (certain === 'no' || known.has(key)) return [];
    const nearest = nearestKey(key, known);
    const isMeant = certain === 'surely' || trusted.has(callee) || nearest !== undefined;
    return isMeant ? [{ ...literal, nearest }] : [];
  });
}

/** One slip of the finger away, or only upper case and separators differ. */
function nearestKey(key: string, known: ReadonlySet<string>): string | undefined {
  const bare = (one: string): string => one.toLowerCase().replace(/[-_.]/g, '');
  const wanted = bare(key);
  return [...known].find((one) => isOneSlip(bare(one), wanted));
}

function isOneSlip(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < 5) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return Math.max(a.length, b.length) - start - end <= 1;
}
