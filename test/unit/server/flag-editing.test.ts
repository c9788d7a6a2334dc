import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import type { FlagChange } from '../../../agent/protocol/flag-editing.ts';
import { openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';
import { call } from './socket/server.ts';

const create: FlagChange = { kind: 'create', key: 'gift', description: 'Wraps.', rest: {} };

describe('the flags file in an editor', () => {
  let place: AgentPlace;
  beforeEach(async () => {
    place = await openAgentPlace();
  });
  afterEach(() => place.close());

  async function nameTheFile(): Promise<string> {
    const config = path.join(place.folder, 'tidegate.yaml');
    await writeFile(config, `${await readFile(config, 'utf8')}flags: flags.yaml\n`);
    return path.join(place.folder, 'flags.yaml');
  }
  async function edit(text: string | null, change = create) {
    const client = await place.client();
    return client.request('flagEdit', { folder: place.folder, text, change }, call());
  }

  it('is named in tidegate.yaml, or nothing can be changed in it', async () => {
    await assert.rejects(edit(null), (error) => hasCode(error, 'flags.no-file'));
  });

  it('can be named there: by an edit of what the editor has of tidegate.yaml', async () => {
    const client = await place.client();
    const named = await client.request(
      'nameFlagsFile',
      { folder: place.folder, text: 'version: 1\nproject: shop # ours\n' },
      call(),
    );
    assert.deepEqual(named, {
      ...{ file: path.join(place.folder, 'tidegate.yaml'), exists: true, newText: 'flags: flags.yaml\n' },
      range: { start: { line: 3, column: 1 }, end: { line: 3, column: 1 } },
    });
    const broken = client.request('nameFlagsFile', { folder: place.folder, text: 'version: [1\n' }, call());
    await assert.rejects(broken, (error) => hasCode(error, 'flags.cannot-edit'));
  });

  it('is made with its first flag', async () => {
    const file = await nameTheFile();
    assert.deepEqual(await edit(null), {
      ...{ file, exists: false },
      range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
      newText: 'version: 1\nflags:\n  gift:\n    description: Wraps.\n',
    });
  });

  it('is edited as the editor has it, and nothing is written', async () => {
    const file = await nameTheFile();
    const onDisk = 'version: 1\nflags: { a: { description: A. } }\n';
    await writeFile(file, onDisk);
    const { range, newText, exists } = await edit('version: 1\nflags:\n  b: { description: B. }\n');
    assert.deepEqual([exists, range.start, range.end.line], [true, { line: 4, column: 1 }, 4]);
    assert.equal(newText, '  gift:\n    description: Wraps.\n');
    assert.equal(await readFile(file, 'utf8'), onDisk);
    await assert.rejects(edit(null, { ...create, key: 'a' }), (error) => hasCode(error, 'flags.cannot-edit'));
  });

  it('tells the rules of a flag in words', async () => {
    const file = await nameTheFile();
    const rule = '{ when: { attribute: plan, is: pro }, serve: on }';
    await writeFile(file, `version: 1\nflags:\n  a: { description: A., rules: [${rule}] }\n`);
    const client = await place.client();
    const found = await client.request('flagRules', { folder: place.folder, text: null, key: 'a' }, call());
    assert.deepEqual(
      [found.file, found.variants, found.attributes, found.lists[0]?.rules],
      [file, ['on', 'off'], ['plan'], [{ when: 'plan is pro', serve: 'on' }]],
    );
    assert.ok(found.environments.includes('dev'), found.environments.join());
  });
});
