/** The one file in the archive that the engine answers with when it is asked for a path of a container. */

export type FileInTar =
  | { readonly kind: 'file'; readonly data: Buffer }
  | { readonly kind: 'missing' }
  /** A folder, a link, a device. */
  | { readonly kind: 'not-a-file' }
  | { readonly kind: 'too-large'; readonly bytes: number };

const block = 512;
/** Extended headers of the file that follows (pax, GNU long names): what is in them is not asked for. */
const extensions = new Set(['x', 'g', 'L', 'K']);

/** Reads no further than it has to, and never more than `limit` bytes of a file. */
export async function fileInTar(source: AsyncIterable<Buffer | string>, limit: number): Promise<FileInTar> {
  const bytes = new Bytes(source);
  for (;;) {
    const header = await bytes.take(block);
    // Two empty blocks end an archive.
    if (!header || header.every((byte) => byte === 0)) return { kind: 'missing' };
    const size = sizeOf(header);
    const type = String.fromCharCode(header[156] ?? 0);
    if (extensions.has(type)) {
      if (size > limit) return { kind: 'not-a-file' };
      await bytes.take(Math.ceil(size / block) * block);
      continue;
    }
    if (type !== '0' && type !== '\0') return { kind: 'not-a-file' };
    if (size > limit) return { kind: 'too-large', bytes: size };
    const data = await bytes.take(size);
    return data ? { kind: 'file', data } : { kind: 'missing' };
  }
}

/** Octal text; files of 8 GiB and more have it in binary, behind a byte with its highest bit set. */
function sizeOf(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) !== 0) return Number.MAX_SAFE_INTEGER;
  const size = Number.parseInt(header.toString('latin1', 124, 136).replace(/[\0 ]/g, ''), 8);
  return Number.isSafeInteger(size) ? size : 0;
}

class Bytes {
  readonly #source: AsyncIterator<Buffer | string>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer | string>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** `undefined` when the source ends before. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts = [this.#rest];
    let length = this.#rest.length;
    while (length < count) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      const piece = Buffer.from(next.value);
      parts.push(piece);
      length += piece.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(count);
    return all.subarray(0, count);
  }
}
