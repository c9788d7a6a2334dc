import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';
import { call } from './socket/server.ts';

const text = `version: 1
flags:
  free-delivery: { description: No delivery costs, owner: shop, expires: 2027-03-01 }
  half-written: { desc
`;

describe('the keys of the flags file', () => {
  let place: AgentPlace;
  beforeEach(async () => {
    place = await openAgentPlace();
  });
  afterEach(() => place.close());

  async function keys(of: string | null) {
    const client = await place.client();
    return client.request('flagKeys', { folder: place.folder, text: of }, call());
  }
  async function nameTheFile(): Promise<string> {
    const config = path.join(place.folder, 'tidegate.yaml');
    await writeFile(config, `${await readFile(config, 'utf8')}flags: flags.yaml\n`);
    return path.join(place.folder, 'flags.yaml');
  }

  it('are none where tidegate.yaml names no file', async () => {
    assert.deepEqual(await keys(null), { file: null, keys: null });
  });

  it('are told with their places, out of the file or out of what an editor has', async () => {
    const file = await nameTheFile();
    assert.deepEqual(await keys(null), { file, keys: null });
    await writeFile(file, 'version: 1\nflags: { a: { description: A. } }\n');
    const found = await keys(null);
    assert.deepEqual(
      found.keys?.map(({ key, line, column }) => [key, line, column]),
      [['a', 2, 10]],
    );
    const shown = await keys(`${text.split('\n').slice(0, 3).join('\n')}\n  odd: 7\n`);
    assert.deepEqual(
      shown.keys?.map(({ key, line, owner, expires, description }) => ({
        key,
        line,
        owner,
        expires,
        description,
      })),
      [
        {
          key: 'free-delivery',
          line: 3,
          owner: 'shop',
          expires: '2027-03-01',
          description: 'No delivery costs',
        },
        { key: 'odd', line: 4, owner: null, expires: null, description: null },
      ],
    );
  });

  it('are not known while the file is no YAML', async () => {
    await nameTheFile();
    assert.equal((await keys(text)).keys, null);
    assert.deepEqual((await keys('')).keys, []);
  });
});
