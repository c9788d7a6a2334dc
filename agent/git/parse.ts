/** Git's object formats (gitformat-*, git-hash-object): commit, tag, tree. Pure. */

import { isUtf8 } from 'node:buffer';

export interface ParsedCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  /** Committer's time, milliseconds since the epoch. */
  readonly time: number;
  readonly subject: string;
}

export interface ParsedTag {
  readonly target: string;
  /** Tagger's time, milliseconds since the epoch; old tags have none. */
  readonly time: number | undefined;
}

export interface ParsedTreeEntry {
  readonly kind: 'file' | 'executable' | 'symlink' | 'folder' | 'submodule';
  readonly name: string;
  readonly oid: string;
}

/** `undefined` when it is not a commit's text. */
export function parseCommit(data: Uint8Array): ParsedCommit | undefined {
  const { headers, message } = split(data);
  const tree = headers.get('tree')?.[0];
  const time = timeOf(headers.get('committer')?.[0]);
  if (tree === undefined || time === undefined) return undefined;
  return {
    tree,
    parents: headers.get('parent') ?? [],
    time,
    subject: message.trimStart().split('\n')[0] ?? '',
  };
}

export function parseTag(data: Uint8Array): ParsedTag | undefined {
  const { headers } = split(data);
  const target = headers.get('object')?.[0];
  return target === undefined ? undefined : { target, time: timeOf(headers.get('tagger')?.[0]) };
}

/** `undefined` when it is damaged, or names something that no checkout could hold (`..`, a slash, not UTF-8). */
export function parseTree(data: Uint8Array): readonly ParsedTreeEntry[] | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const entries: ParsedTreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, at);
    if (space < 0 || end < space || end + 21 > bytes.length) return undefined;
    const kind = kindOf(bytes.toString('latin1', at, space));
    const name = decode(bytes, space + 1, end);
    if (kind === undefined || name === undefined || ['', '.', '..'].includes(name) || name.includes('/')) {
      return undefined;
    }
    entries.push({ kind, name, oid: bytes.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

/** `undefined` when it is not UTF-8, which shows as a replacement character (that a name may also contain). */
function decode(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}

/** Old git wrote 100664 and the like: only the type and the executable bit count. */
function kindOf(mode: string): ParsedTreeEntry['kind'] | undefined {
  if (/^0?40000$/.test(mode)) return 'folder';
  if (mode === '120000') return 'symlink';
  if (mode === '160000') return 'submodule';
  if (!/^100[0-7]{3}$/.test(mode)) return undefined;
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? 'file' : 'executable';
}

function split(data: Uint8Array): { headers: Map<string, string[]>; message: string } {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = new Map<string, string[]>();
  for (const line of (end < 0 ? text : text.slice(0, end)).split('\n')) {
    const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return { headers, message: end < 0 ? '' : text.slice(end + 2) };
}

/** `Name <mail> 1700000000 +0100`. */
function timeOf(person: string | undefined): number | undefined {
  const seconds = /> (-?\d+) [+-]\d{4}$/.exec(person ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
