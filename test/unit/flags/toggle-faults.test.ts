/** What may go wrong while flags are switched: people at once, programs that end, a ledger that was edited. */
import assert from 'node:assert/strict';
import { hasCode, TidegateError } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import type { FlagSetResult } from '../../../agent/protocol/methods.ts';
import { withChange } from '../../../agent/swarm/ledger/flags.ts';
import { eventually } from '../../support/eventually.ts';
import { turn } from '../../support/fake-clock.ts';
import { promptCaller } from '../../support/fake-swarm.ts';
import { stack } from '../ledger/samples.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

describe('switching flags when something goes wrong', () => {
  let env: FlagsEnvironment;
  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await env.routes(live(await env.release([flag('a'), flag('b')])));
  });
  afterEach(() => env.close());

  const set = (key: string, on: boolean): Promise<FlagSetResult> => env.ask('flags.set', { key, on });
  const valueOf = async (url: string, key: string): Promise<unknown> => {
    const answer = await fetch(`${url}/ofrep/v1/evaluate/flags/${key}`, { method: 'POST', body: '{}' });
    return ((await answer.json()) as { value: unknown }).value;
  };
  const isOn = async (key: string): Promise<boolean | undefined> =>
    (await env.ask('flags.list', {})).flags.find((one) => one.key === key)?.value;

  it('by two at once: no switch is lost, and both are told that theirs is served', async () => {
    const { url } = await env.control('t1', { ...promptCaller, before: turn, after: turn });
    const results = await Promise.all([set('a', true), set('b', true)]);
    assert.deepEqual(
      results.map(({ outcome, controls }) => [outcome, controls]),
      [
        ['done', 1],
        ['done', 1],
      ],
    );
    assert.deepEqual([await valueOf(url, 'a'), await valueOf(url, 'b')], [true, true]);
    assert.equal((await env.ledger.flags.find())?.value.changes.length, 2);
  });

  it('the same flag, each in his own way: who was overtaken is told so, by whom and to what', async () => {
    const { url } = await env.control('t1');
    let other: Promise<unknown> | undefined;
    env.cluster.onWrite = (write) => {
      if (write.what !== 'config' || write.name !== names.flags(stack) || other) return;
      if (write.after?.['flag.a'] !== 'on') return;
      const change = { key: 'a', to: 'off', at: '2027-01-01T00:00:00.000Z', by: 'ben@desk' } as const;
      other = env.ledger.flags.change((flags) => withChange(flags, change));
    };
    const { outcome, message, value } = await set('a', true);
    await other;
    assert.deepEqual([outcome, value], ['done', true]);
    assert.match(message, /^a is on in dev: .* But ben@desk has switched it since: it is off now\.$/);
    assert.deepEqual([await isOn('a'), await valueOf(url, 'a')], [false, false]);
  });

  it('and control is killed: the next one serves it, and says so to who waits', async () => {
    const { control } = await env.control('t1', { ...promptCaller, before: turn, after: turn });
    let next: Promise<{ readonly url: string }> | undefined;
    env.cluster.onWrite = (write) => {
      if (write.what !== 'config' || write.name !== names.flags(stack) || next) return;
      if (write.after?.['flag.a'] !== 'on') return;
      // Before it could say anything: its task is gone, and another one comes.
      env.cluster.tasks.splice(0);
      next = control.stop().then(() => env.control('t2'));
    };
    const { outcome, controls, missing } = await set('a', true);
    assert.ok(next, 'the flag was written');
    assert.deepEqual([outcome, controls, missing], ['done', 1, []]);
    assert.equal(await valueOf((await next).url, 'a'), true);
    assert.deepEqual([...(await env.ledger.flagAcks.read()).keys()].includes('t2'), true);
  });

  it('and the agent ends before it has its answer: it is switched, once, and another agent can go on', async () => {
    const { url } = await env.control('t1');
    const at = '2027-01-01T00:00:00.000Z';
    await env.ledger.flags.change((flags) => withChange(flags, { key: 'a', to: 'on', at, by: 'ann@gone' }));
    await eventually(async () => assert.equal(await valueOf(url, 'a'), true));
    const again = await set('a', true);
    assert.deepEqual([again.outcome, again.controls], ['unchanged', 1]);
    assert.equal((await env.ledger.flags.find())?.value.changes.length, 1);
    assert.equal((await set('a', false)).outcome, 'done');
  });

  for (const [label, text] of [
    ['flag.a', 'perhaps'],
    ['change.7', 'nonsense'],
    ['definitions', 'the good ones'],
  ] as const)
    it(`and the ledger was edited to nonsense (${label}=${text}): flags stay as they were, everybody is told, and nothing is written over it`, async () => {
      const { control, url } = await env.control('t1');
      await set('a', true);
      const object = env.cluster.config(names.flags(stack));
      assert.ok(object, 'flags were switched');
      env.cluster.setLabels(object, { ...object.labels, [label]: text });
      await control.flags.refresh();
      assert.equal(await valueOf(url, 'a'), true);
      assert.match(control.flags.problem() ?? '', new RegExp(`${names.flags(stack)} .*${label}`));
      for (const attempt of [
        () => env.ask('flags.list', {}),
        () => set('b', true),
        () => env.ask('flags.counts', { key: null }),
      ])
        await assert.rejects(attempt, (error) => {
          assert.ok(error instanceof TidegateError && hasCode(error, 'ledger.corrupt'), String(error));
          assert.match(
            `${error.message} ${error.hint}`,
            /"the good ones"|"nonsense"|"perhaps".*docker config inspect/,
          );
          return true;
        });
      const broken = env.cluster.config(names.flags(stack));
      assert.equal(broken?.labels[label], text);
      const next = await env.control('t2');
      assert.equal(await valueOf(next.url, 'a'), true, 'by a control that was started since');
      assert.match(next.control.flags.problem() ?? '', new RegExp(`${names.flags(stack)} .*${label}`));
      assert.equal(
        (await env.ledger.flagAcks.read()).has('t2'),
        false,
        'it does not say which version it is',
      );
      env.cluster.setLabels(broken, object.labels);
      for (const one of [control, next.control]) {
        await one.flags.refresh();
        assert.equal(one.flags.problem(), undefined);
      }
      assert.equal((await set('b', true)).outcome, 'done');
    });
});
