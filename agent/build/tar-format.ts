/**
 * The headers of a tar (POSIX.1-2017, pax: "ustar Interchange Format" and "pax Extended Header"). Written here
 * because a library's stream for each entry costs more than reading the entry out of git does.
 */

export interface TarEntry {
  /** A folder's ends with `/`. */
  readonly name: string;
  readonly type: 'file' | 'symlink' | 'folder';
  readonly mode: number;
  /** Bytes that follow the header; 0 for what is no file. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly link: string;
}

export const blockSize = 512;
const flags = { file: '0', symlink: '2', folder: '5', pax: 'x' } as const;
/** What fits into the header's fields for a name and for a link. */
const shortText = /^[\x20-\x7e]{0,100}$/;

/** Everything in front of an entry's bytes: whole blocks. Owner is 0:0. */
export function tarHeader(entry: TarEntry): Buffer {
  const records = [...paxRecord('path', entry.name), ...paxRecord('linkpath', entry.link)];
  const own = ustar(entry.type, entry);
  if (records.length === 0) return own;
  const pax = Buffer.from(records.join(''));
  const head = ustar('pax', { ...entry, name: 'PaxHeader', link: '', size: pax.length });
  return Buffer.concat([head, pax, Buffer.alloc(padding(pax.length)), own]);
}

/** Zero bytes behind `size` bytes of an entry. */
export function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/** What ends an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockSize);

/** `27 path=…` and a line end; the number counts the record's bytes, its own digits included. */
function paxRecord(key: string, value: string): string[] {
  if (shortText.test(value)) return [];
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return [`${length}${rest}`];
}

function ustar(type: keyof typeof flags, { name, mode, size, time, link }: TarEntry): Buffer {
  const header = Buffer.alloc(blockSize);
  header.write(field(name), 0, 'latin1');
  const seconds = Math.max(0, Math.floor(time / 1000));
  const numbers = [octal(mode, 7), octal(0, 7), octal(0, 7), octal(size, 11), octal(seconds, 11)];
  // The checksum is taken with eight spaces in its place.
  header.write(`${numbers.join('')}        ${flags[type]}${field(link)}`, 100, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(octal(sum, 6), 148, 'latin1');
  return header;
}

/** A text of at most 100 bytes; a longer or foreign one is in the extended header, and this one is not read. */
function field(text: string): string {
  return shortText.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '_').slice(0, 100);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}
