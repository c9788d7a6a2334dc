/** A context as a tar, streamed out of git blobs: the same commit gives the same bytes. */
import { Readable } from 'node:stream';
import type { Repository } from '../git/repository.ts';
import type { ContextEntry } from './context.ts';
import { largeFilePointer } from './failures.ts';
import { padding, tarEnd, tarHeader, type TarEntry } from './tar-format.ts';

export interface TarOptions {
  /** Modification time of every entry, milliseconds since the epoch. */
  readonly time: number;
  readonly signal?: AbortSignal;
}

/** Everything belongs to 0:0; files are 0644 or 0755. What goes wrong comes out as the stream's error. */
export function packContext(
  repository: Repository,
  entries: readonly ContextEntry[],
  options: TarOptions,
): Readable {
  return Readable.from(chunks(repository, entries, options), { objectMode: false });
}

const none = new Uint8Array(0);
const zeros = new Uint8Array(512);
/** Bytes gathered before they are passed on: thousands of small files would make as many small writes. */
const chunkSize = 256 * 1024;

async function* chunks(
  repository: Repository,
  entries: readonly ContextEntry[],
  { time, signal }: TarOptions,
): AsyncGenerator<Uint8Array> {
  const oids = entries.flatMap((entry) => ('oid' in entry ? [entry.oid] : []));
  const blobs = repository.blobs(oids, signal)[Symbol.asyncIterator]();
  let gathered: Uint8Array[] = [];
  let length = 0;
  try {
    for (const entry of entries) {
      const data =
        'oid' in entry ? await nextOf(blobs) : entry.kind === 'text' ? Buffer.from(entry.text) : none;
      if (isLargeFilePointer(data)) throw largeFilePointer(entry.path);
      const head = tarEntry(entry, data, time);
      gathered.push(tarHeader(head));
      if (head.size > 0) gathered.push(data, zeros.subarray(0, padding(head.size)));
      length += head.size;
      if (length < chunkSize) continue;
      yield Buffer.concat(gathered);
      gathered = [];
      length = 0;
    }
  } finally {
    // A consumer that went away leaves blobs unread: their source ends here.
    await blobs.return?.();
  }
  yield Buffer.concat([...gathered, tarEnd]);
}

async function nextOf(blobs: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const next = await blobs.next();
  return next.done === true ? none : next.value;
}

function tarEntry(entry: ContextEntry, data: Uint8Array, time: number): TarEntry {
  const { path, kind } = entry;
  switch (kind) {
    case 'folder':
      return { name: `${path}/`, type: 'folder', mode: 0o755, size: 0, time, link: '' };
    case 'symlink':
      return {
        name: path,
        type: 'symlink',
        mode: 0o777,
        size: 0,
        time,
        link: Buffer.from(data).toString('utf8'),
      };
    case 'executable':
      return { name: path, type: 'file', mode: 0o755, size: data.length, time, link: '' };
    case 'file':
    case 'text':
      return { name: path, type: 'file', mode: 0o644, size: data.length, time, link: '' };
  }
}

const pointerStart = Buffer.from('version https://git-lfs.github.com/spec/v1\n');

/** What git stores in place of a file that Git LFS keeps (git-lfs, docs/spec.md). */
function isLargeFilePointer(data: Uint8Array): boolean {
  return data.length < 1024 && pointerStart.equals(data.subarray(0, pointerStart.length));
}
