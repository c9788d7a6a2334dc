import assert from 'node:assert/strict';
import { readSourceFlags } from '../../../agent/server/source-flags.ts';
import { errorsOf, load, reader, smallTidegate } from '../config/project-files.ts';

const flags = 'version: 1\nflags:\n  a: { description: x }\n';
const named = (path: string): string =>
  smallTidegate.replace('environments:', `flags: ${path}\nenvironments:`);

describe('the flags of a commit', () => {
  it('are none where tidegate.yaml names no file', async () => {
    const loaded = await load({ 'flags.yaml': flags });
    assert.equal(loaded.flagsFile, undefined);
    assert.deepEqual(await readSourceFlags(loaded, reader({ 'flags.yaml': flags }), 'dev'), {
      flags: undefined,
      problems: [],
    });
  });

  it('are read from the file it names, as seen from tidegate.yaml', async () => {
    const files = { 'shop/tidegate.yaml': named('conf/../flags.yaml'), 'shop/flags.yaml': flags };
    const loaded = await load(files, { folder: 'shop' });
    assert.equal(loaded.flagsFile?.path, 'shop/flags.yaml');
    const read = await readSourceFlags(loaded, reader(files), 'dev');
    assert.deepEqual(
      read.flags?.map(({ key }) => key),
      ['a'],
    );
  });

  it('are an error at the name of a file that the commit has not', async () => {
    const { problems } = await readSourceFlags(
      await load({ 'tidegate.yaml': named('flags.yml') }),
      reader({}),
      'dev',
    );
    assert.deepEqual(
      problems.map(({ file, line, code, message }) => [file, line, code, message]),
      [['tidegate.yaml', 3, 'flags.missing', 'There is no flags.yml in the commit.']],
    );
  });

  it('cannot lie outside of the repository', async () => {
    for (const path of ['../flags.yaml', '/flags.yaml', '.'])
      assert.match(
        errorsOf(await load({ 'tidegate.yaml': named(path) })).join(),
        /3:1 config\.invalid-value: flags: .* is not a file of the repository/,
        path,
      );
  });
});
