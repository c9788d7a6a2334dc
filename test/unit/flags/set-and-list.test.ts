import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../../agent/common/clock.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import { bringDefinitions } from '../../../agent/server/environment-flags.ts';
import { eventually } from '../../support/eventually.ts';
import { turn } from '../../support/fake-clock.ts';
import { promptCaller } from '../../support/fake-swarm.ts';
import { stack } from '../ledger/samples.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

/** The agent's seconds pass fifty times as fast: what it waits for too long is over soon. */
const hurriedClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * 50,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

describe('switching flags', () => {
  let env: FlagsEnvironment;
  beforeEach(async () => {
    env = await openFlagsEnvironment();
  });
  afterEach(() => env.close());

  const list = async (): Promise<readonly string[]> =>
    (await env.ask('flags.list', {})).flags.map(
      ({ key, value, state, defined }) =>
        `${key} ${value ? 'on' : 'off'} ${state ?? 'default'}${defined ? '' : ' undefined'}`,
    );
  const values = (url: string): Promise<unknown> =>
    fetch(`${url}/ofrep/v1/evaluate/flags`, { method: 'POST', body: '{}' })
      .then((response) => response.json())
      .then((answer) =>
        (answer as { flags: { key: string; value: boolean }[] }).flags.map(({ key, value }) => [key, value]),
      );

  const valueFor = (url: string, context: unknown): Promise<unknown> =>
    fetch(`${url}/ofrep/v1/evaluate/flags/a`, { method: 'POST', body: JSON.stringify({ context }) })
      .then((response) => response.json())
      .then((answer) => (answer as { value: unknown }).value);

  it('is done when every control serves it, and says who did it and when', async () => {
    await env.routes(live(await env.release([flag('a'), flag('b')])));
    const slow = { ...promptCaller, before: turn };
    const controls = [await env.control('t1'), await env.control('t2', slow)];
    const result = await env.ask('flags.set', { key: 'a', on: true });
    assert.equal(result.outcome, 'done');
    assert.deepEqual([result.controls, result.missing, result.state, result.value], [2, [], 'on', true]);
    assert.match(result.message, /^a is on in dev: all 2 controls serve it \(\d+ ms\)\.$/);
    for (const { url } of controls)
      assert.deepEqual(await values(url), [
        ['a', true],
        ['b', false],
      ]);
    const [a, b] = (await env.ask('flags.list', {})).flags;
    assert.match(a?.by ?? '', /@/);
    assert.ok(Math.abs(Date.parse(a?.at ?? '') - Date.now()) < 60_000, 'switched just now');
    assert.deepEqual([b?.by, b?.at, b?.state], [null, null, null]);
  });

  it('is on for a share of the users, the same ones everywhere, until it is switched otherwise', async () => {
    await env.routes(live(await env.release([flag('a')])));
    const controls = [await env.control('t1'), await env.control('t2')];
    const result = await env.ask('flags.set', { key: 'a', on: true, share: 50 });
    assert.deepEqual([result.outcome, result.state, result.share], ['done', 'on', 50]);
    assert.match(result.message, /^a is on for 50 % in dev: /);
    const [listed] = (await env.ask('flags.list', {})).flags;
    assert.deepEqual([listed?.value, listed?.state, listed?.share], [true, 'on', 50]);
    const answers = await Promise.all(
      controls.map(({ url }) =>
        Promise.all(Array.from({ length: 40 }, (_, n) => valueFor(url, { targetingKey: `user-${n}` }))),
      ),
    );
    assert.deepEqual(answers[0], answers[1]);
    const isOn = answers[0]?.filter((value) => value === true).length ?? 0;
    assert.ok(isOn > 5 && isOn < 35, `on for ${isOn} of 40`);
    await env.ask('flags.set', { key: 'a', on: true });
    assert.deepEqual((await env.ask('flags.list', {})).flags[0]?.share, null);
  });

  it('takes a share instead of the one that the definition has', async () => {
    const on = {
      by: 'email',
      seed: 'a',
      split: [
        { variant: 'on', share: 1 },
        { variant: 'off', share: 9_999 },
      ],
    };
    await env.routes(live(await env.release([flag('a', { on })])));
    const { url } = await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true, share: 100 });
    assert.equal(await valueFor(url, { email: 'x' }), true);
    await env.ask('flags.set', { key: 'a', on: true, share: 0 });
    assert.equal(await valueFor(url, { email: 'x' }), false);
  });

  it('refuses a share where the definition says already who gets what', async () => {
    const on = {
      by: 'targetingKey',
      seed: 'a',
      split: ['a', 'b', 'c'].map((variant, index) => ({ variant, share: [1, 2, 9_997][index] ?? 0 })),
    };
    const variants = ['a', 'b', 'c'].map((name) => ({ name, value: name }));
    const definition = flag('a', { type: 'string', variants, off: 'c', on });
    await env.routes(live(await env.release([definition])));
    const attempt = env.ask('flags.set', { key: 'a', on: true, share: 5 });
    await assert.rejects(
      attempt,
      (error) => hasCode(error, 'flags.no-share') && /splits its users/.test(error.message),
    );
  });

  it('gives users another variant of the flag, all of them or a share, until it is switched otherwise', async () => {
    const variants = ['classic', 'quick', 'odd'].map((name) => ({ name, value: name }));
    const shape = { type: 'string' as const, variants, off: 'classic', on: { variant: 'quick' } };
    await env.routes(live(await env.release([flag('a', shape)])));
    const { url } = await env.control('t1');
    const all = await env.ask('flags.set', { key: 'a', on: true, variant: 'odd' });
    assert.deepEqual([all.outcome, all.state, all.share, all.variant], ['done', 'on', null, 'odd']);
    assert.match(all.message, /^a is on with odd in dev: /);
    assert.equal(await valueFor(url, {}), 'odd');
    const none = await env.ask('flags.set', { key: 'a', on: true, variant: 'odd', share: 0 });
    assert.match(none.message, /^a is on for 0 % with odd in dev: /);
    assert.equal(await valueFor(url, { targetingKey: 'ann' }), 'classic');
    const [listed] = (await env.ask('flags.list', {})).flags;
    assert.deepEqual([listed?.value, listed?.share, listed?.variant], [true, 0, 'odd']);
    await env.ask('flags.set', { key: 'a', on: true });
    assert.equal(await valueFor(url, {}), 'quick');
    assert.equal((await env.ask('flags.list', {})).flags[0]?.variant, undefined);
  });

  it('keeps a variant that a release defines no more in the ledger, and serves what the definition says', async () => {
    const shape = (names: readonly string[]) => ({
      ...{ type: 'string' as const, off: 'classic', on: { variant: 'quick' } },
      variants: names.map((name) => ({ name, value: name })),
    });
    await env.routes(live(await env.release([flag('a', shape(['classic', 'quick', 'odd']))])));
    const { url } = await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true, variant: 'odd' });
    await env.routes(live(await env.release([flag('a', shape(['classic', 'quick']))])));
    await eventually(async () => assert.equal(await valueFor(url, {}), 'quick'));
    const [listed] = (await env.ask('flags.list', {})).flags;
    assert.deepEqual([listed?.variant, listed?.variants], ['odd', ['classic', 'quick']]);
  });

  it('refuses a variant that is none, and one of a boolean flag', async () => {
    const variants = ['classic', 'quick'].map((name) => ({ name, value: name }));
    const shape = { type: 'string' as const, variants, off: 'classic', on: { variant: 'quick' } };
    await env.routes(live(await env.release([flag('a', shape), flag('b')])));
    await assert.rejects(
      env.ask('flags.set', { key: 'a', on: true, variant: 'quik' }),
      (error) => hasCode(error, 'flags.no-variant') && /"quick"/.test(error.hint ?? ''),
    );
    await assert.rejects(
      env.ask('flags.set', { key: 'b', on: true, variant: 'on' }),
      (error) => hasCode(error, 'flags.no-variant') && /boolean/.test(error.message),
    );
    assert.equal(env.cluster.config(names.flags(stack)), undefined);
  });

  it('changes nothing when it is so already, and still waits for every control', async () => {
    await env.routes(live(await env.release([flag('a')])));
    await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true });
    const { version } = env.cluster.config(names.flags(stack)) ?? {};
    const again = await env.ask('flags.set', { key: 'a', on: true });
    assert.deepEqual([again.outcome, again.controls], ['unchanged', 1]);
    assert.equal(env.cluster.config(names.flags(stack))?.version, version);
  });

  it('is partial while a control has not said that it serves it, and names it', async () => {
    await env.close();
    env = await openFlagsEnvironment(hurriedClock);
    await env.routes(live(await env.release([flag('a')])));
    await env.control('t1');
    await env.control('t2');
    const [task] = env.cluster.tasks;
    assert.ok(task, 'control has a task');
    env.cluster.tasks.push({ ...task, id: 'silent' });
    const result = await env.ask('flags.set', { key: 'a', on: true });
    assert.deepEqual([result.outcome, result.controls, result.missing.length], ['partial', 2, 1]);
    assert.match(result.message, /control silent on node/);
    assert.deepEqual(await list(), ['a on on']);
  });

  it('refuses a flag that nobody defines, with the nearest names', async () => {
    await env.routes(live(await env.release([flag('free-delivery'), flag('new-basket')])));
    const attempt = env.ask('flags.set', { key: 'free-delivry', on: true });
    await assert.rejects(
      attempt,
      (error) => hasCode(error, 'flags.unknown') && /"free-delivery"/.test(error.hint ?? ''),
    );
    assert.equal(env.cluster.config(names.flags(stack)), undefined);
  });

  it('says what to do where nothing has flags yet', async () => {
    const attempt = env.ask('flags.set', { key: 'a', on: true });
    await assert.rejects(
      attempt,
      (error) => hasCode(error, 'flags.unknown') && /deploy/.test(error.hint ?? ''),
    );
    assert.deepEqual(await list(), []);
  });

  it('lists a flag that is on and not defined any more as such, and lets it be forgotten', async () => {
    const [first, second] = [await env.release([flag('old'), flag('a')]), await env.release([flag('a')])];
    await env.routes(live(first));
    const { url } = await env.control('t1');
    await env.ask('flags.set', { key: 'old', on: true });
    await env.routes(live(second));
    assert.deepEqual(await list(), ['a off default', 'old off on undefined']);
    await eventually(async () => assert.deepEqual(await values(url), [['a', false]]));
    await assert.rejects(env.ask('flags.set', { key: 'old', on: true }), (error) =>
      hasCode(error, 'flags.unknown'),
    );
    const { state, outcome } = await env.ask('flags.set', { key: 'old', on: false });
    assert.deepEqual([state, outcome], ['forgotten', 'done']);
    assert.deepEqual(await list(), ['a off default']);
  });

  it('keeps a switched flag on over releases, and over one that brings it back', async () => {
    const first = await env.release([flag('a')]);
    await env.routes(live(first));
    await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true });
    await env.routes(live(await env.release(undefined)));
    assert.deepEqual(await list(), ['a off on undefined']);
    await env.routes(live(first));
    assert.deepEqual(await list(), ['a on on']);
  });

  it('is served by a control that starts later, from the first answer on', async () => {
    await env.routes(live(await env.release([flag('a')])));
    await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true });
    const { url } = await env.control('t2');
    assert.deepEqual(await values(url), [['a', true]]);
  });

  it('serves definitions that were brought without a release, as long as that release is live', async () => {
    const [first, second] = [await env.release([flag('a')]), await env.release([flag('a')])];
    await env.routes(live(first));
    const { url } = await env.control('t1');
    const bringing = { commit: 'c', by: 'ann@laptop', at: '2026-01-01T00:00:00.000Z' };
    assert.equal(
      await bringDefinitions(env.ledger, [flag('a'), flag('b', { default: true })], bringing),
      true,
    );
    assert.equal(
      await bringDefinitions(env.ledger, [flag('b', { default: true }), flag('a')], bringing),
      false,
    );
    await eventually(async () =>
      assert.deepEqual(await values(url), [
        ['a', false],
        ['b', true],
      ]),
    );
    assert.deepEqual(await list(), ['a off default', 'b on default']);
    await env.routes(live(second));
    await eventually(async () => assert.deepEqual(await values(url), [['a', false]]));
    await env.routes(live(first));
    await bringDefinitions(env.ledger, [flag('c')], bringing);
    assert.deepEqual(await list(), ['c off default']);
    const own = [...env.cluster.configs.values()].filter(({ name }) => /\.flags\.\d+$/.test(name));
    assert.deepEqual(
      own.map(({ name }) => name),
      [names.flagDefinitions(stack, 2)],
      'the former ones are removed',
    );
  });

  it('forgets what controls said that are gone', async () => {
    await env.routes(live(await env.release([flag('a')])));
    await env.control('t1');
    await env.ask('flags.set', { key: 'a', on: true });
    env.cluster.tasks = [];
    await env.control('t2');
    await env.ask('flags.set', { key: 'a', on: false });
    assert.deepEqual([...(await env.ledger.flagAcks.read()).keys()], ['t2']);
  });
});
