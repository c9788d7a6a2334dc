import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

const file = `version: 1
flags:
  a: { description: What a does. } # the first
  b: { description: What b does., default: on }
  c: { description: What c does. }
`;

describe('settling flags', () => {
  let env: FlagsEnvironment;
  const written = (): Promise<string> => readFile(path.join(env.folder, 'flags.yaml'), 'utf8');
  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await writeFile(path.join(env.folder, 'flags.yaml'), file);
    const config = path.join(env.folder, 'tidegate.yaml');
    const withLive = (await readFile(config, 'utf8')).replace(
      'environments:\n',
      'environments:\n  live: { edge: { http: 8081 }, protected: true }\n',
    );
    await writeFile(config, `${withLive}flags: flags.yaml\n`);
    await env.routes(live(await env.release([flag('a'), flag('b', { default: true })])));
    await env.control('t1');
  });
  afterEach(() => env.close());

  const states = async (): Promise<readonly string[]> =>
    (await env.ask('flags.list', {})).flags.map(({ key, state, share }) =>
      `${key} ${state ?? 'default'} ${share ?? ''}`.trim(),
    );

  it('tells what is switched otherwise than the file says, with who did it and why', async () => {
    await env.ask('flags.set', { key: 'a', on: true, share: 25, reason: 'a first look' });
    await env.ask('flags.set', { key: 'b', on: true });
    const { drift, file: named } = await env.ask('flags.drift', { keys: [] });
    assert.equal(named, 'flags.yaml');
    assert.deepEqual(
      drift.map(({ by, at, ...rest }) => ({ ...rest, isTold: by !== null && at !== null })),
      [
        {
          key: 'a',
          live: { state: 'on', share: 25 },
          file: 'off',
          reason: 'a first look',
          cannotTake: null,
          cannotApply: null,
          isTold: true,
        },
      ],
    );
    await assert.rejects(env.ask('flags.drift', { keys: ['aa'] }), (error) =>
      hasCode(error, 'flags.unknown'),
    );
  });

  it('takes what is live into the file, and says so without writing first', async () => {
    await env.ask('flags.set', { key: 'a', on: true });
    await env.ask('flags.set', { key: 'b', on: false });
    const dry = await env.ask('flags.take', { keys: ['a'], write: false });
    assert.deepEqual([dry.outcome, dry.written, await written()], ['done', false, file]);
    const result = await env.ask('flags.take', { keys: [], write: true });
    assert.deepEqual([result.outcome, result.left], ['done', []]);
    assert.match(result.message, /^flags\.yaml says for dev: a is on, b is off\.$/);
    assert.match(
      await written(),
      /a: \{ description: What a does\., environments: \{ dev: \{ default: on \} \} \} # the first/,
    );
    assert.deepEqual((await env.ask('flags.drift', { keys: [] })).drift, []);
    assert.equal((await env.ask('flags.take', { keys: [], write: true })).outcome, 'unchanged');
  });

  it('makes what is live what the file says, and leaves what only a deploy can bring', async () => {
    await env.ledger.flags.change((flags) => ({ ...flags, states: new Map([['c', 'on']]) }));
    await env.ask('flags.set', { key: 'a', on: true });
    const result = await env.ask('flags.apply', { keys: [] });
    assert.deepEqual([result.outcome, result.controls], ['partial', 1]);
    assert.deepEqual(result.applied, [
      { key: 'a', from: { state: 'on', share: null }, to: { state: null, share: null } },
    ]);
    assert.deepEqual(result.left, [{ key: 'c', why: 'what is live does not define it: deploy first' }]);
    assert.deepEqual(await states(), ['a default', 'b default', 'c on']);
    const [last] = (await env.ask('flags.history', { key: 'a' })).changes;
    assert.equal(last?.reason, 'as flags.yaml says');
    assert.equal((await env.ask('flags.apply', { keys: ['a'] })).outcome, 'unchanged');
  });

  it('undoes the last change, and refuses one that is not the last any more', async () => {
    await env.ask('flags.set', { key: 'a', on: true, share: 10 });
    await env.ask('flags.set', { key: 'a', on: true });
    const undone = await env.ask('flags.undo', { key: 'a' });
    assert.deepEqual([undone.outcome, undone.undone, undone.to], ['done', 2, { state: 'on', share: 10 }]);
    assert.deepEqual(await states(), ['a on 10', 'b default']);
    await assert.rejects(env.ask('flags.undo', { key: 'a', change: 2 }), (error) =>
      hasCode(error, 'flags.changed-since'),
    );
    const { changes } = await env.ask('flags.history', { key: 'a' });
    assert.deepEqual(
      changes.map(({ change, to, reason }) => [change, to.share, reason?.replace(/ by .*/, '')]),
      [
        [3, 10, 'undoes change 2'],
        [2, null, undefined],
        [1, 10, undefined],
      ],
    );
    await assert.rejects(env.ask('flags.undo', { key: 'b' }), (error) =>
      hasCode(error, 'flags.nothing-to-undo'),
    );
    await assert.rejects(env.ask('flags.undo', { key: 'x' }), (error) => hasCode(error, 'flags.unknown'));
  });

  it('is refused where the environment is protected and nobody confirmed, and only looking is not', async () => {
    const inLive = { environment: 'live' };
    const onLive = { ...inLive, keys: [] };
    for (const asked of [env.ask('flags.apply', onLive), env.ask('flags.undo', { ...inLive, key: 'a' })])
      await assert.rejects(asked, (error) => hasCode(error, 'environment.protected'));
    await assert.rejects(env.ask('flags.drift', onLive), (error) => hasCode(error, 'environment.not-set-up'));
  });

  it('says what is missing where there is no flags file, or a wrong one', async () => {
    await writeFile(path.join(env.folder, 'flags.yaml'), 'version: 1\nflags: { a: {} }\n');
    await assert.rejects(env.ask('flags.drift', { keys: [] }), (error) => hasCode(error, 'config.invalid'));
    await writeFile(
      path.join(env.folder, 'tidegate.yaml'),
      (await readFile(path.join(env.folder, 'tidegate.yaml'), 'utf8')).replace('flags: flags.yaml\n', ''),
    );
    await assert.rejects(env.ask('flags.take', { keys: [], write: true }), (error) =>
      hasCode(error, 'flags.no-file'),
    );
  });
});
