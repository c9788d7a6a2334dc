/** A flag as somebody types it. */
import type { FileValue } from '../../agent/protocol/flag-editing.ts';

/** `classic=one-page, quick=two-pages`: what the flags file has, or what is wrong with it. */
export function variantsOf(
  text: string,
  type: 'string' | 'number' | 'object',
): { readonly [key: string]: FileValue } | string {
  const variants: Record<string, FileValue> = {};
  for (const part of partsOf(text)) {
    const [, name, written] = /^\s*([A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined || written === undefined)
      return `"${part.trim()}" is no variant: write a name and a value, quick=two-pages`;
    if (Object.hasOwn(variants, name)) return `${name} is said twice`;
    const value = valueOf(written, type);
    if (value === undefined) return `${written === '' ? 'Nothing' : written} is no ${type}`;
    variants[name] = value;
  }
  const [off, on] = Object.keys(variants);
  if (off === undefined || on === undefined) return 'Name two variants at least';
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
