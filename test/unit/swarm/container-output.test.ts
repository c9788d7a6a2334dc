import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { demultiplex } from '../../../agent/swarm/container-output.ts';
import { fileInTar } from '../../../agent/swarm/tar-file.ts';

async function* pieces(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) {
    await Promise.resolve();
    yield data.subarray(at, at + size);
  }
}

describe('the output of a container', () => {
  it('is the same however it is cut into pieces', async () => {
    const frame = fc.record({ stream: fc.constantFrom(1, 2), text: fc.string({ maxLength: 20 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (frames, size) => {
          const data = Buffer.concat(
            frames.map(({ stream, text }) => {
              const payload = Buffer.from(text);
              const header = Buffer.alloc(8);
              header[0] = stream;
              header.writeUInt32BE(payload.length, 4);
              return Buffer.concat([header, payload]);
            }),
          );
          const got = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
          for await (const { stream, bytes } of demultiplex(pieces(data, size))) got[stream].push(bytes);
          for (const [name, number] of [
            ['stdout', 1],
            ['stderr', 2],
          ] as const)
            assert.equal(
              Buffer.concat(got[name]).toString(),
              frames
                .filter(({ stream }) => stream === number)
                .map(({ text }) => text)
                .join(''),
            );
        },
      ),
    );
  });
});

describe('a file in the archive of a container', () => {
  async function tar(header: Parameters<ReturnType<typeof pack>['entry']>[0], data = ''): Promise<Buffer> {
    const archive = pack();
    archive.entry(header, data);
    archive.finalize();
    const parts: Buffer[] = [];
    for await (const part of archive as AsyncIterable<Buffer>) parts.push(part);
    return Buffer.concat(parts);
  }

  it('is read whatever its length and the pieces it comes in, also behind extended headers', async () => {
    for (const length of [0, 1, 511, 512, 513, 5_000]) {
      const data = 'x'.repeat(length);
      const pax = length % 2 === 0 ? {} : { pax: { comment: 'y'.repeat(600) } };
      const found = await fileInTar(pieces(await tar({ name: 'r.xml', ...pax }, data), 700), 10_000);
      assert.deepEqual(found, { kind: 'file', data: Buffer.from(data) });
    }
  });

  it('is told apart from a folder, a link, one that is too large and an archive that is cut off', async () => {
    assert.deepEqual(await fileInTar(pieces(await tar({ name: 'd', type: 'directory' }), 99), 10), {
      kind: 'not-a-file',
    });
    assert.deepEqual(
      await fileInTar(pieces(await tar({ name: 'l', type: 'symlink', linkname: '/etc/passwd' }), 99), 10),
      { kind: 'not-a-file' },
    );
    const big = await tar({ name: 'b' }, 'x'.repeat(600));
    assert.deepEqual(await fileInTar(pieces(big, 99), 599), { kind: 'too-large', bytes: 600 });
    assert.deepEqual(await fileInTar(pieces(big.subarray(0, 700), 99), 600), { kind: 'missing' });
    assert.deepEqual(await fileInTar(pieces(Buffer.alloc(1024), 99), 600), { kind: 'missing' });
  });

  it('is never a reason to throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 1_600 }),
        fc.integer({ min: 1, max: 600 }),
        async (bytes, size) => {
          await fileInTar(pieces(Buffer.from(bytes), size), 1_000);
        },
      ),
    );
  });
});
