import assert from 'node:assert/strict';
import { extract, type Header } from 'tar-stream';
import { padding, tarEnd, tarHeader, type TarEntry } from '../../../agent/build/tar-format.ts';

const entry: TarEntry = { name: 'a', type: 'file', mode: 0o644, size: 0, time: 0, link: '' };

async function read(...entries: readonly TarEntry[]): Promise<Header[]> {
  const reader = extract();
  for (const one of entries)
    reader.write(Buffer.concat([tarHeader(one), Buffer.alloc(one.size + padding(one.size))]));
  reader.end(tarEnd);
  const headers: Header[] = [];
  for await (const stream of reader) {
    headers.push(stream.header);
    stream.resume();
  }
  return headers;
}

describe('a tar header', () => {
  it('keeps a name of any length, also where its record grows a digit', async () => {
    for (const length of [
      1,
      99,
      100,
      101,
      ...Array.from({ length: 20 }, (_, index) => 80 + index),
      255,
      4_000,
    ]) {
      for (const letter of ['n', 'ü']) {
        const name = letter.repeat(length);
        const [header] = await read({ ...entry, name, size: 3 }, entry);
        assert.equal(header?.name, name);
        assert.equal(header.size, 3);
      }
    }
    for (let length = 970; length < 1_000; length++) {
      const name = 'n'.repeat(length);
      assert.equal((await read({ ...entry, name }, entry))[0]?.name, name);
    }
  });

  it('keeps a link of any length beside a name of any length', async () => {
    for (const link of ['x', 'l'.repeat(100), 'l'.repeat(101), 'ziel-ä']) {
      for (const name of ['a', 'n'.repeat(200)]) {
        const [header] = await read({ ...entry, type: 'symlink', name, link });
        assert.deepEqual([header?.name, header?.linkname, header?.type], [name, link, 'symlink']);
      }
    }
  });

  it('has a time of whole seconds, never one before 1970', async () => {
    const headers = await read({ ...entry, time: 1_700_000_000_999 }, { ...entry, time: -5_000 });
    assert.deepEqual(
      headers.map(({ mtime }) => mtime.getTime()),
      [1_700_000_000_000, 0],
    );
  });

  it('is whole blocks', () => {
    for (const name of ['a', 'n'.repeat(101), 'n'.repeat(600)])
      assert.equal(tarHeader({ ...entry, name }).length % 512, 0);
    assert.deepEqual([0, 1, 511, 512, 513].map(padding), [0, 511, 1, 0, 511]);
  });
});
