/** A flag as somebody types it. */
import type { FileValue } from '../../agent/protocol/flag-editing.ts';
import { l10n } from './l10n.ts';

/** `classic=one-page, quick=two-pages`: what the flags file has, or what is wrong with it. */
export function variantsOf(
  text: string,
  type: 'string' | 'number' | 'object',
): { readonly [key: string]: FileValue } | string {
  const variants: Record<string, FileValue> = {};
  for (const part of partsOf(text)) {
    const [, name, written] = /^\s*([A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined || written === undefined)
      return l10n.t('"{0}" is no variant: write a name and a value, quick=two-pages', part.trim());
    if (Object.hasOwn(variants, name)) return l10n.t('{0} is said twice', name);
    const value = valueOf(written, type);
    if (value === undefined) return l10n.t('"{0}" is no {1}', written, type);
    variants[name] = value;
  }
  const [off, on] = Object.keys(variants);
  if (off === undefined || on === undefined) return l10n.t('Name two variants at least');
  return { variants, off, on };
}

/** By the commas behind which a name and "=" follow: values may have some of their own. */
function partsOf(text: string): readonly string[] {
  return text.split(/,(?=\s*[A-Za-z0-9][\w.-]*\s*=)/).filter((part) => part.trim() !== '');
}

function valueOf(text: string, type: 'string' | 'number' | 'object'): FileValue | undefined {
  if (type === 'string') return /^".*"$/s.test(text) ? text.slice(1, -1) : text === '' ? undefined : text;
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  try {
    const value = JSON.parse(text) as FileValue;
    return typeof value === 'object' && !Array.isArray(value) && !/\bnull\b/.test(text) ? value : undefined;
  } catch {
    return undefined;
  }
}
