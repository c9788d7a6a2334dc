import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { flagsFileSchema, flagsJsonSchema } from '../../../agent/flags/file/schema.ts';

describe('the JSON Schema of flags.yaml', () => {
  it('is checked in as the rules have it (npx tsx scripts/schema.ts writes it)', async () => {
    const file = new URL('../../../docs/schema/flags.schema.json', import.meta.url);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), JSON.parse(JSON.stringify(flagsJsonSchema())));
  });

  it('takes the files that the documentation shows', async () => {
    const page = await readFile(new URL('../../../docs/flags.md', import.meta.url), 'utf8');
    const shown = [...page.matchAll(/```yaml\n(version: 1\n[^`]*)```/g)].map(([, text]) => text ?? '');
    assert.ok(shown.length >= 2, `${shown.length} files are shown`);
    for (const text of shown) assert.deepEqual(flagsFileSchema.safeParse(parse(text)).error, undefined);
  });

  it('refuses what the reader refuses by its shape', () => {
    const flag = { description: 'x' };
    for (const wrong of [
      { version: 2, flags: {} },
      { version: 1, flags: { 'a b': flag } },
      { version: 1, flags: { a: {} } },
      { version: 1, flags: { a: { ...flag, default: 'perhaps' } } },
      {
        version: 1,
        flags: { a: { ...flag, rules: [{ when: { attribute: 'x', is: 1, in: [2] }, serve: 'on' }] } },
      },
    ])
      assert.equal(flagsFileSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
  });
});
