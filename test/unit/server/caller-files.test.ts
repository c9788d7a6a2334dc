import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { callerFiles } from '../../../agent/server/caller-files.ts';

describe('files of the caller', () => {
  let root: string;
  let outside: string;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tidegate-caller-'));
    outside = await mkdtemp(path.join(tmpdir(), 'tidegate-caller-'));
    await mkdir(path.join(root, 'folder'));
    await writeFile(path.join(root, 'bytes'), Buffer.from([0, 255]));
    await writeFile(path.join(outside, 'key'), 'k');
    await symlink(path.join(outside, 'key'), path.join(root, 'link'));
    await symlink('circle', path.join(root, 'circle'));
    await promisify(execFile)('mkfifo', [path.join(root, 'pipe')]);
    await writeFile(path.join(root, 'large'), '');
    await truncate(path.join(root, 'large'), 3 * 1024 * 1024);
  });
  after(async () => {
    for (const folder of [root, outside]) await rm(folder, { recursive: true, force: true });
  });

  const read = (file: string) => callerFiles({ root, isIgnored: () => Promise.resolve(false) }).read(file);

  it('are read byte by byte, from the checkout or by a whole path', async () => {
    assert.deepEqual(await read('bytes'), { kind: 'data', data: Buffer.from([0, 255]) });
    const key = { kind: 'data', data: Buffer.from('k') };
    assert.deepEqual(await read('link'), key);
    assert.deepEqual(await read(path.join(outside, 'key')), key);
    assert.deepEqual(await read(path.relative(root, path.join(outside, 'key'))), key);
  });

  it('are not there, or of no use, and it is said why', async () => {
    assert.equal(await read('none'), undefined);
    assert.equal(await read('bytes/below'), undefined);
    const why = async (file: string) => (await read(file)) as { readonly why?: string } | undefined;
    assert.deepEqual(
      await Promise.all(['folder', 'pipe', 'large', 'circle'].map(async (file) => (await why(file))?.why)),
      [
        'it is not a plain file',
        'it is not a plain file',
        'it has more than 2 MB',
        'its symbolic links go round in a circle',
      ],
    );
  });
});
