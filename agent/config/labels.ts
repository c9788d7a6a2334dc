import type { Field } from './compose-field.ts';
import { readPairs } from './compose-pairs.ts';

/** Labels that Tidegate and Docker set themselves are refused. */
export function readLabels(field: Field): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { name, value, field: at } of readPairs(field)) {
    if (/^(?:tidegate|com\.docker)\./.test(name))
      at.errorAtKey({
        code: 'compose.reserved-label',
        message: 'Tidegate and Docker set labels with this beginning themselves.',
        hint: 'Give the label another name.',
      });
    out[name] = value ?? '';
  }
  return out;
}
