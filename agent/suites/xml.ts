/**
 * The little XML that reports need: tags, attributes, text, CDATA. Comments, processing instructions and document
 * types are skipped; entities of a document type are never expanded, so that a report cannot blow up.
 */

export type XmlToken =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      /** `<skipped/>`: no `close` follows. */
      readonly isEmpty: boolean;
    }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  /** The text ends here or cannot be read on; always the last one. */
  | { readonly kind: 'broken'; readonly why: string };

export function* readXml(text: string): Generator<XmlToken> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) yield { kind: 'text', text: decodeEntities(text.slice(at, end)) };
    if (next < 0) return;
    const skipped = sectionAt(text, next);
    if (skipped) {
      if (skipped.end < 0) {
        yield cutOff;
        return;
      }
      if (skipped.text !== undefined) yield { kind: 'text', text: skipped.text };
      at = skipped.end;
      continue;
    }
    const close = tagEnd(text, next + 1);
    if (close < 0) {
      yield cutOff;
      return;
    }
    yield tagOf(text.slice(next + 1, close));
    at = close + 1;
  }
}

const cutOff: XmlToken = { kind: 'broken', why: 'ends in the middle' };

/** What begins with `<!` or `<?`. */
function sectionAt(text: string, at: number): { readonly end: number; readonly text?: string } | undefined {
  const until = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found < 0 ? -1 : found + mark.length;
  };
  if (text.startsWith('<![CDATA[', at)) {
    const end = until(']]>', at + 9);
    return { end, text: text.slice(at + 9, end - 3) };
  }
  if (text.startsWith('<!--', at)) return { end: until('-->', at + 4) };
  if (text.startsWith('<?', at)) return { end: until('?>', at + 2) };
  if (!text.startsWith('<!', at)) return undefined;
  const subset = text.indexOf('[', at);
  const end = tagEnd(text, at + 2);
  // `<!DOCTYPE x [ … ]>`: what is in the brackets has `>` of its own.
  return { end: subset >= 0 && subset < end ? until(']>', subset) : end < 0 ? -1 : end + 1 };
}

/** Where the `>` of a tag is: one inside of quotes is none. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '>') return at;
    if (char !== '"' && char !== "'") continue;
    at = text.indexOf(char, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

function tagOf(inside: string): XmlToken {
  const name = localName(/^\/?([^\s/=]*)/.exec(inside)?.[1] ?? '');
  if (name === '') return { kind: 'broken', why: 'has a tag without a name' };
  if (inside.startsWith('/')) return { kind: 'close', name };
  return { kind: 'open', name, attributes: attributesOf(inside), isEmpty: inside.endsWith('/') };
}

function attributesOf(inside: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const name = /[\s/]([^\s=/"']+)\s*=\s*(["'])/g;
  for (let match = name.exec(inside); match; match = name.exec(inside)) {
    const [, key = '', quote = '"'] = match;
    const end = inside.indexOf(quote, name.lastIndex);
    if (end < 0) break;
    found.set(localName(key).toLowerCase(), decodeEntities(inside.slice(name.lastIndex, end)));
    name.lastIndex = end + 1;
  }
  return found;
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
