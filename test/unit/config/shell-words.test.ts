import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { shellWords } from '../../../agent/config/shell-words.ts';

describe('shell words', () => {
  const table: readonly (readonly [line: string, words: readonly string[] | undefined])[] = [
    ['node server.js --port 3000', ['node', 'server.js', '--port', '3000']],
    ['  a \t b\n', ['a', 'b']],
    [`sh -c 'echo "a b"'`, ['sh', '-c', 'echo "a b"']],
    [`"a \\" b" c\\ d`, ['a " b', 'c d']],
    [`'' ""`, ['', '']],
    [`a'b'"c"d`, ['abcd']],
    [`"a\\nb"`, ['a\\nb']],
    ['', []],
    [`'open`, undefined],
    ['"open', undefined],
    ['end\\', undefined],
  ];
  for (const [line, words] of table)
    it(`splits ${JSON.stringify(line)}`, () => {
      assert.deepEqual(shellWords(line), words);
    });

  it('split as a shell does', () => {
    const unit = fc.constantFrom('a', 'b', ' ', "'", '"', '\\');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (line) => {
        const words = shellWords(line);
        if (!words) return;
        const out = execFileSync('sh', ['-c', `printf '%s\\0' x ${line}`], { encoding: 'utf8' });
        assert.deepEqual(out.split('\0').slice(1, -1), words);
      }),
      { numRuns: 60 },
    );
  });
});
