/** Who asks for a flag, as somebody types it. */
import type { FlagEvaluation } from '../../agent/protocol/flag-methods.ts';

import { l10n } from './l10n.ts';

export type Attributes = Readonly<Record<string, unknown>>;

/**
 * `plan=pro, age=30, user.country=de`, or a JSON object. Numbers, true and false are such unless they are quoted; a dot
 * leads into an attribute. A text: what is wrong with it.
 */
export function attributesOf(text: string): Attributes | string {
  if (text.trim() === '') return {};
  if (text.trim().startsWith('{')) return jsonObject(text);
  const attributes: Record<string, unknown> = {};
  for (const part of partsOf(text)) {
    const [, name, value] = /^\s*([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined || value === undefined)
      return l10n.t('"{0}" is no attribute: write plan=pro, country=de', part.trim());
    if (!put(attributes, name.split('.'), valueOf(value))) return l10n.t('{0} is said twice', name);
  }
  return attributes;
}

function jsonObject(text: string): Attributes | string {
  try {
    return JSON.parse(text) as Attributes;
  } catch (error) {
    return l10n.t('It is no JSON: {0}', error instanceof Error ? error.message : String(error));
  }
}

/** By commas that are not quoted. */
function partsOf(text: string): readonly string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []).filter((part) => part.trim() !== '');
}

function valueOf(text: string): unknown {
  if (/^".*"$/s.test(text) || /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(text))
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  return text;
}

function put(
  into: Record<string, unknown>,
  [name = '', ...deeper]: readonly string[],
  value: unknown,
): boolean {
  if (deeper.length === 0) {
    if (Object.hasOwn(into, name)) return false;
    into[name] = value;
    return true;
  }
  const inner = Object.hasOwn(into, name) ? into[name] : {};
  if (typeof inner !== 'object' || inner === null) return false;
  into[name] = inner;
  return put(inner as Record<string, unknown>, deeper, value);
}

/** `quick = "two-pages": rule 1 holds (TARGETING_MATCH)`. */
export function evaluationWords({ variant, value, because, reason }: FlagEvaluation): {
  readonly what: string;
  readonly why: string;
} {
  const what = variant === null ? l10n.t("the SDK's own default") : `${variant} = ${JSON.stringify(value)}`;
  return { what, why: `${because} (${reason})` };
}

export function userWords(user: string, attributes: string): string {
  const who = user === '' ? l10n.t('somebody without a name') : user;
  return attributes.trim() === '' ? who : `${who} (${attributes.trim()})`;
}
