/** The document in flagd's own format: what it was compiled to. Pure. */
import type { FlagsDocument } from '../document.ts';
import type { ServedFlag } from '../evaluate.ts';

/** Of a thousand flags, one has changed. */
const texts = new WeakMap<ServedFlag, string>();

export function flagdConfiguration({ flags }: FlagsDocument): string {
  return `{"$schema":"https://flagd.dev/schema/v0/flags.json","flags":{${Array.from(flags.values(), textOf).join()}}}`;
}

function textOf(flag: ServedFlag): string {
  const known = texts.get(flag);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(flag.key)}:${JSON.stringify(flag.compiled)}`;
  texts.set(flag, text);
  return text;
}
