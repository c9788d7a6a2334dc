import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from '../../../agent/cli/parse.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';

const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/flags.md'), 'utf8');

describe('docs/flags.md', () => {
  it('names commands that the command line takes', () => {
    const commands = page
      .split('\n')
      .flatMap((line) => /^(?: {4})?tidegate (?!.*─)(.+)$/.exec(line)?.[1] ?? []);
    assert.ok(commands.length >= 12, `${commands.length} commands`);
    for (const command of commands) {
      const [typed = ''] = command.split(/ {2,}#| > /);
      const words = Array.from(
        typed.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
        ([, single, double, bare]) => single ?? double ?? bare ?? '',
      );
      assert.equal(parse(words, '/project').invocation.kind, 'request', command);
    }
  });

  it('shows flags files that are right', () => {
    const files = Array.from(
      page.matchAll(/^```yaml\n(version: 1\n(?:segments|flags):[^]*?)^```$/gm),
      ([, file]) => file ?? '',
    );
    assert.ok(files.length >= 3, `${files.length} files`);
    for (const file of files) assert.deepEqual(readFlagsFile('flags.yaml', file, 'dev').problems, []);
  });
});
