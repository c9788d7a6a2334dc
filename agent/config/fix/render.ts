/** Values as YAML text, in block or in flow style. */
import { stringify } from 'yaml';
import type { Value } from './change.ts';

export interface BlockStyle {
  /** Spaces before the key. */
  readonly indent: string;
  /** Spaces that each level adds. */
  readonly step: string;
}

/** `key: value`, over several lines where the value is a map; without a line break at the end. */
export function blockLines(key: string, value: Value, style: BlockStyle): readonly string[] {
  const { indent, step } = style;
  if (Array.isArray(value) && (value as readonly Value[]).some(isMap))
    return [
      `${indent}${keyText(key)}:`,
      ...(value as readonly Value[]).map((item) => `${indent}${step}- ${flowText(item)}`),
    ];
  if (!isMap(value)) return [`${indent}${keyText(key)}: ${flowText(value)}`];
  return [
    `${indent}${keyText(key)}:`,
    ...Object.entries(value).flatMap(([name, inner]) =>
      blockLines(name, inner, { indent: indent + step, step }),
    ),
  ];
}

/** On one line: `{ a: 1, b: [x, 'y'] }`. */
export function flowText(value: Value): string {
  if (isMap(value) && Object.keys(value).length === 0) return '{}';
  if (isMap(value))
    return `{ ${Object.entries(value)
      .map(([key, inner]) => flowPair(key, inner))
      .join(', ')} }`;
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(itemText).join(', ')}]`;
  return typeof value === 'string' ? scalarText(value) : JSON.stringify(value);
}

function itemText(item: Value): string {
  return typeof item === 'string' ? quoted(item) : flowText(item);
}

export function flowPair(key: string, value: Value): string {
  return `${keyText(key)}: ${flowText(value)}`;
}

export function keyText(key: string): string {
  return scalarText(key);
}

/** Plain where that means the same text, also inside of brackets. */
function scalarText(value: string): string {
  const isPlain = /^[A-Za-z0-9_./][A-Za-z0-9_./@:+-]*$/.test(value) && !value.endsWith(':');
  return isPlain ? stringify(value, { lineWidth: 0 }).trimEnd() : quoted(value);
}

function quoted(value: string): string {
  // Control characters and line breaks can only be written in double quotes.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(value)) return JSON.stringify(value);
  return value.includes("'") && !/["\\]/.test(value) ? `"${value}"` : `'${value.replaceAll("'", "''")}'`;
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
