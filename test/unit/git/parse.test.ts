import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { ByteReader } from '../../../agent/git/byte-reader.ts';
import { withoutCredentials } from '../../../agent/git/origin.ts';
import { parseCommit, parseTag, parseTree } from '../../../agent/git/parse.ts';
import { parsePackedRefs } from '../../../agent/git/refs.ts';

const oid = 'ab'.repeat(20);

function tree(...entries: (readonly [mode: string, name: string | Uint8Array])[]): Buffer {
  const parts = entries.flatMap(([mode, name]) => [`${mode} `, name, '\0', Buffer.from(oid, 'hex')]);
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

describe('objects of git', () => {
  it('are read with old and new modes', () => {
    const modes = {
      100644: 'file',
      100664: 'file',
      100755: 'executable',
      120000: 'symlink',
      40000: 'folder',
      160000: 'submodule',
    };
    for (const [mode, kind] of Object.entries(modes)) {
      assert.deepEqual(parseTree(tree([mode, 'n'])), [{ kind, name: 'n', oid }], mode);
    }
    assert.equal(parseTree(tree(['040000', 'n']))?.[0]?.kind, 'folder');
  });

  it('are refused when a name could leave its folder, is not UTF-8, or the bytes are cut short', () => {
    for (const name of ['..', '.', '', 'a/b', Buffer.from([0xff, 0xfe])]) {
      assert.equal(parseTree(tree(['100644', name])), undefined, String(name));
    }
    const whole = tree(['100644', 'a'], ['100644', 'b']);
    for (let cut = 1; cut < 28; cut++)
      assert.equal(parseTree(whole.subarray(0, -cut)), undefined, String(cut));
    assert.equal(parseTree(tree(['99', 'a'])), undefined);
  });

  it('never make the parsers throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseTree(bytes);
        parseCommit(bytes);
        parseTag(bytes);
        parsePackedRefs(Buffer.from(bytes).toString());
      }),
    );
  });

  it('of a commit may be signed, merged and empty of words', () => {
    const text = [
      `tree ${oid}`,
      `parent ${'1'.repeat(40)}`,
      `parent ${'2'.repeat(40)}`,
      'author A <a@b> 1 +0000',
      'committer C > D <c@d> 1700000000 -0330',
      'gpgsig -----BEGIN',
      ' tree not-a-header',
      ' -----END',
    ].join('\n');
    const parents = ['1'.repeat(40), '2'.repeat(40)];
    const wanted = { tree: oid, parents, time: 1_700_000_000_000 };
    assert.deepEqual(parseCommit(Buffer.from(`${text}\n\nWords\nmore\n`)), { ...wanted, subject: 'Words' });
    assert.deepEqual(parseCommit(Buffer.from(`${text}\n\n`)), { ...wanted, subject: '' });
    assert.equal(parseCommit(Buffer.from('tree x\n')), undefined);
  });

  it('in packed-refs have their peeled commits', () => {
    const peeled = '2'.repeat(40);
    const text = `# pack-refs with: peeled fully-peeled sorted \n${oid} refs/heads/main\n${oid} refs/tags/v1\n^${peeled}\n`;
    assert.deepEqual(
      [...parsePackedRefs(text)],
      [
        ['refs/heads/main', { oid, peeled: undefined }],
        ['refs/tags/v1', { oid, peeled }],
      ],
    );
  });
});

describe('a reader of bytes', () => {
  it('gives the same lines and bytes however the stream is cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }),
        sizes,
        async (blobs, cuts) => {
          const whole = Buffer.concat(blobs.flatMap((blob) => [Buffer.from(`${blob.length}\n`), blob]));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            chunks.push(whole.subarray(at, at + size));
            at += size;
          }
          const reader = new ByteReader(Readable.from(chunks));
          for (const blob of blobs) {
            assert.equal(await reader.line(), String(blob.length));
            assert.deepEqual(Buffer.from((await reader.bytes(blob.length)) ?? []), Buffer.from(blob));
          }
          assert.equal(await reader.line(), undefined);
          assert.equal(await reader.bytes(1), undefined);
        },
      ),
    );
  });
});

describe('the address of a repository', () => {
  it('is published without user, password and query', () => {
    const cases: Record<string, string | undefined> = {
      'https://user:tok%20en@git.example:8443/a/b.git?x=secret#y': 'https://git.example:8443/a/b.git',
      'https://token@git.example/a.git': 'https://git.example/a.git',
      'ssh://git@git.example/a.git': 'ssh://git.example/a.git',
      'git@git.example:a/b.git': 'ssh://git.example/a/b.git',
      '/srv/git/a.git': undefined,
      'file:///srv/git/a.git': undefined,
      '../a.git': undefined,
      'C:\\repo': undefined,
    };
    for (const [url, wanted] of Object.entries(cases)) assert.equal(withoutCredentials(url), wanted, url);
  });
});
