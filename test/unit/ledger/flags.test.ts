import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import {
  formatFlags,
  noFlags,
  parseFlags,
  settingFor,
  shareOf,
  variantOf,
  withChange,
  type FlagState,
  type Flags,
} from '../../../agent/swarm/ledger/flags.ts';
import { soundFlags } from '../../../agent/swarm/ledger/sound-flags.ts';
import { turn } from '../../support/fake-clock.ts';
import { aLedger, stack } from './samples.ts';

const change = (key: string, to: FlagState, by = 'ann@laptop') => ({
  key,
  to,
  by,
  at: '2026-01-01T00:00:00.000Z',
});
const key = fc.stringMatching(/^[A-Za-z0-9]{1,6}([-_.][A-Za-z0-9]{1,6})?$/);
const step = fc.record({
  key: fc.oneof(key, fc.constantFrom('a', 'b', 'constructor')),
  to: fc.oneof(
    fc.constantFrom<FlagState>('on', 'off', 'on:0', 'on:2500', 'on:10000', 'forgotten'),
    fc.constantFrom<FlagState>('on:variant=quick', 'on:2500:variant=a.b-c'),
  ),
});
const grown = (steps: readonly { key: string; to: FlagState }[]): Flags =>
  steps.reduce<Flags>((flags, { key: k, to }) => withChange(flags, change(k, to)), noFlags);

describe('the labels of flags', () => {
  it('are read as they were written, whatever was switched', () => {
    fc.assert(
      fc.property(fc.array(step), fc.option(fc.nat({ max: 1_000 })), (steps, number) => {
        const definitions = number === null ? undefined : { object: number + 1, release: number + 7 };
        const flags: Flags = { ...grown(steps), definitions };
        const labels = { 'tidegate.stack': 's', 'tidegate.object': 'flags', ...formatFlags(flags) };
        assert.deepEqual(parseFlags('o', labels), flags);
      }),
    );
  });

  it('say the last word on each flag, and the last change of each agrees with it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const flags = grown(steps);
        const wanted = new Map(steps.map(({ key: k, to }) => [k, to]));
        for (const [k, to] of wanted) {
          assert.equal(flags.states.get(k), to === 'forgotten' ? undefined : to);
          const last = flags.changes.findLast((one) => one.key === k);
          if (last) assert.equal(last.to, to);
          else assert.equal(to, 'forgotten', 'never switched at all');
        }
        const numbers = flags.changes.map(({ seq }) => seq);
        assert.deepEqual(
          numbers,
          [...numbers].sort((a, b) => a - b),
        );
        assert.ok(flags.changes.length <= 200 + wanted.size, `${flags.changes.length} changes are kept`);
      }),
    );
  });

  it('say for how many a flag is on, and what they get', () => {
    const share = fc.option(fc.nat(10_000));
    fc.assert(
      fc.property(share, fc.option(key), (some, variant) => {
        const setting = settingFor({ share: some, variant });
        assert.deepEqual([shareOf(setting), variantOf(setting)], [some, variant]);
        assert.equal(parseFlags('o', { 'flag.a': setting }).states.get('a'), setting);
      }),
    );
    assert.deepEqual([shareOf('off'), variantOf('off'), shareOf(undefined)], [null, null, null]);
  });

  it('are refused by name where Tidegate did not write them', () => {
    for (const labels of [
      { 'flag.a': 'perhaps' },
      { 'flag.a': 'on:10001' },
      { 'flag.a': 'on:variant=' },
      { 'flag.a': 'on:variant=a b' },
      { 'flag.a': 'on:1:variant=a:b' },
      { 'flag.a': 'off:variant=a' },
      { 'flag.a b': 'on' },
      { 'flag.': 'on' },
      { 'change.0': 't ann a on' },
      { 'change.1': 't ann a maybe' },
      { 'change.1': 'nonsense' },
      { definitions: '1' },
      { definitions: '0:1' },
      { other: 'x' },
    ])
      assert.throws(
        () => parseFlags('shop-dev.flags', labels),
        (error) => hasCode(error, 'ledger.corrupt') && error.data['label'] === Object.keys(labels)[0],
        JSON.stringify(labels),
      );
  });

  it('say what was switched also when any one of them is nonsense, as the other place of each switch knows it', () => {
    const nonsense = fc.constantFrom('', 'perhaps', 'on:10001', 'x y z', '0:0');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), fc.nat(), nonsense, (steps, which, text) => {
        const flags: Flags = { ...grown(steps), definitions: { object: 3, release: 7 } };
        const right = { 'tidegate.stack': 's', ...formatFlags(flags) };
        assert.deepEqual(soundFlags('o', right).flags.states, flags.states);
        const label = Object.keys(right)[which % Object.keys(right).length] ?? '';
        const sound = soundFlags('o', { ...right, [label]: text, 'not of us': text });
        assert.deepEqual(sound.flags.states, flags.states, label);
        assert.equal(sound.lostDefinitions, label === 'definitions');
      }),
    );
  });
});

describe('the flags in the ledger', () => {
  const slow = { before: turn, after: turn, deliver: (): void => undefined };

  it('are none before somebody switches one', async () => {
    const { ledger, cluster } = aLedger();
    assert.equal(await ledger.flags.find(), undefined);
    assert.equal(cluster.configs.size, 0);
  });

  it('lose no switch of those who switch at once, the first ones too', async () => {
    const { ledger, cluster } = aLedger(slow);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(
      keys.map((k) => ledger.flags.change((flags) => withChange(flags, change(k, 'on', `${k}@laptop`)))),
    );
    const found = await ledger.flags.find();
    assert.deepEqual([...(found?.value.states.keys() ?? [])].sort(), keys);
    assert.deepEqual(
      found?.value.changes.map(({ by }) => by).sort(),
      keys.map((k) => `${k}@laptop`),
    );
    assert.equal(found.version, cluster.config(names.flags(stack))?.version);
  });

  it('are refused in words when there are more than the ledger takes, and stay as they were', async () => {
    const { ledger } = aLedger();
    const many = (count: number) => (flags: Flags) => {
      const keys = Array.from({ length: count }, (_, index) => `flag-${index}-`.padEnd(99, 'x') + 'y');
      return keys.reduce((next, k) => withChange(next, change(k, 'on', 'ann@laptop')), flags);
    };
    await ledger.flags.change(many(1_000));
    await assert.rejects(ledger.flags.change(many(4_000)), (error) => hasCode(error, 'flags.too-many'));
    assert.equal((await ledger.flags.find())?.value.states.size, 1_000);
  });

  it('are what is left of them where somebody wrote nonsense over them, definitions included', async () => {
    const { ledger, cluster } = aLedger();
    assert.deepEqual(await ledger.flags.findSound(), noFlags);
    await ledger.flags.change((flags) => withChange(flags, change('a', 'on')));
    await ledger.flags.define({ format: 1, release: 4, commit: 'c', by: 'ann', at: 't', flags: [] });
    const pointer = { object: 1, release: 4 };
    for (const label of ['flag.a', 'change.1', 'definitions', 'tidegate.change.1', 'x']) {
      const object = cluster.config(names.flags(stack));
      assert.ok(object, 'there is an object');
      cluster.setLabels(object, { ...object.labels, [label]: 'nonsense!' });
      await assert.rejects(ledger.flags.find(), (error) => hasCode(error, 'ledger.corrupt'), label);
      const { states, definitions } = await ledger.flags.findSound();
      assert.deepEqual([[...states], definitions], [[['a', 'on']], pointer], label);
      const broken = cluster.config(names.flags(stack));
      assert.ok(broken, 'it is still there');
      cluster.setLabels(broken, object.labels);
    }
  });

  it('carry no label by which "docker stack rm" would take them', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.flags.define({ format: 1, release: 1, commit: 'c', by: 'ann', at: 't', flags: [] });
    await ledger.flagAcks.write('t1', { object: 'o', version: 1 }, ['t1']);
    assert.equal(cluster.configs.size, 3);
    for (const { labels } of cluster.configs.values()) {
      assert.equal(labels['tidegate.stack'], stack);
      assert.equal(labels['com.docker.stack.namespace'], undefined);
    }
  });
});

describe('what controls say that they serve', () => {
  it('never goes back within one object, and follows another one', async () => {
    const { ledger } = aLedger();
    const say = (object: string, version: number) => ledger.flagAcks.write('t1', { object, version }, ['t1']);
    const said = async () => (await ledger.flagAcks.read()).get('t1');
    await say('o', 7);
    await say('o', 5);
    assert.deepEqual(await said(), { object: 'o', version: 7 });
    await say('p', 2);
    assert.deepEqual(await said(), { object: 'p', version: 2 });
  });

  it('passes over what somebody else wrote, and writes over it', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.flagAcks.write('t1', { object: 'o', version: 1 }, ['t1', 't2']);
    const object = cluster.config(names.flagAcks(stack));
    assert.ok(object, 'there is an object');
    cluster.setLabels(object, { ...object.labels, 'served.t2': 'nonsense', x: 'y' });
    assert.deepEqual([...(await ledger.flagAcks.read()).keys()], ['t1']);
    await ledger.flagAcks.write('t2', { object: 'o', version: 1 }, ['t1', 't2']);
    assert.deepEqual([...(await ledger.flagAcks.read()).keys()], ['t1', 't2']);
  });
});
