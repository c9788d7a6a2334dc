import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { failure, hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import { compareAndSwap } from '../../../agent/swarm/ledger/object.ts';
import type { Ack } from '../../../agent/swarm/ledger/acks.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { emptyRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import { turn } from '../../support/fake-clock.ts';
import { aHead, aLedger, aPhase, aRecord, driver, stack } from './samples.ts';

/** Calls take a turn of the event loop before and after their effect, so that callers interleave. */
const slow = { before: turn, after: turn, deliver: (): void => undefined };

describe('compare and swap', () => {
  it('reads again and changes the newest labels when somebody came in between', async () => {
    const { ledger, cluster } = aLedger(slow);
    await ledger.routes.create();
    const claims = ['api', 'web', 'shop', 'cart', 'mail'];
    await Promise.all(
      claims.map((name) =>
        ledger.routes.change((routes) => ({ ...routes, claims: { ...routes.claims, [name]: 'r1' } })),
      ),
    );
    const { value, version } = await ledger.routes.read();
    assert.deepEqual(Object.keys(value.claims).sort(), [...claims].sort());
    assert.equal(version, cluster.config(names.routes(stack))?.version);
  });

  it('loses no change of writers who each know only what they read some time ago', async () => {
    const writers = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(writers, async (turns) => {
        const { ledger, cluster } = aLedger(slow);
        await ledger.routes.create();
        const stores = Array.from({ length: 4 }, () => openLedger(cluster.view(slow), stack).routes);
        await Promise.all(
          stores.map(async (store, writer) => {
            for (const [index, turnOf] of turns.entries())
              if (turnOf === writer)
                await store.change((now) => ({ ...now, claims: { ...now.claims, [`s${index}`]: 'r1' } }));
          }),
        );
        const { claims } = (await ledger.routes.read()).value;
        assert.equal(Object.keys(claims).length, turns.length);
      }),
      { numRuns: 50 },
    );
  });

  it('tells a version that what was there before has not, and what it wrote has', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.routes.create();
    const other = openLedger(cluster.view(), stack);
    for (const name of ['api', 'web', 'shop']) {
      await other.routes.change((now) => ({ ...now, forgotten: { ...now.forgotten, [name]: 'ann' } }));
      const before = (await other.routes.read()).version;
      const claim = { [name]: 'r1' };
      const { version, value } = await ledger.routes.change((now) => ({ ...now, claims: claim }));
      const after = cluster.config(names.routes(stack))?.version ?? 0;
      assert.ok(before < version && version <= after, `${before} < ${version} <= ${after}`);
      assert.deepEqual(value, (await other.routes.read()).value);
    }
  });

  it('refuses by what is there now, not by what was there when it was read last', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.routes.create();
    const other = openLedger(cluster.view(), stack);
    const claimed = (now: Routes): Routes => {
      if (now.claims['web'] !== undefined) throw failure('ledger.busy', { message: 'no' });
      return { ...now, claims: { web: 'r1' } };
    };
    await ledger.routes.read();
    await other.routes.change(claimed);
    await assert.rejects(ledger.routes.change(claimed), (error) => hasCode(error, 'ledger.busy'));
    await other.routes.change((now) => ({ ...now, claims: {} }));
    assert.deepEqual((await ledger.routes.change(claimed)).value.claims, { web: 'r1' });
  });

  it('gives up with ledger.busy, naming the object, when others are always faster', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.routes.create();
    const name = names.routes(stack);
    let tries = 0;
    const attempt = compareAndSwap(
      cluster.view(),
      () => Promise.resolve(existing(cluster.config(name))),
      (object) => {
        tries += 1;
        cluster.setLabels(existing(cluster.config(name)), { ...object.labels, lock: `:${tries}` });
        return object.labels;
      },
    );
    await assert.rejects(attempt, (error) => hasCode(error, 'ledger.busy') && error.data['object'] === name);
    assert.ok(tries > 10, 'tries > 10');
  });

  it('writes nothing when nothing is to be changed', async () => {
    const { ledger, cluster } = aLedger();
    await ledger.routes.create();
    const { version } = await ledger.routes.read();
    await ledger.routes.change((routes) => routes);
    assert.equal(cluster.config(names.routes(stack))?.version, version);
  });

  it('passes on what the change throws, and writes nothing then', async () => {
    const { ledger } = aLedger();
    await ledger.routes.create();
    const refusal = failure('ledger.busy', { message: 'no' });
    await assert.rejects(
      ledger.routes.change(() => {
        throw refusal;
      }),
      (error) => error === refusal,
    );
    assert.deepEqual((await ledger.routes.read()).value, emptyRoutes);
  });

  it('says that an environment is not set up', async () => {
    const { ledger } = aLedger();
    assert.equal(await ledger.routes.find(), undefined);
    for (const attempt of [
      ledger.routes.read(),
      ledger.acks.read(),
      ledger.keys.read(),
      ledger.keys.digestKey(),
    ])
      await assert.rejects(attempt, (error) => hasCode(error, 'environment.not-set-up'));
  });
});

describe('what edges say', () => {
  const ack = (version: number, object = 'o1'): Ack => ({ object, version, hash: 'h', slots: {} });

  it('is never overwritten by something older', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { minLength: 1 }), async (versions) => {
        const { ledger } = aLedger(slow);
        await ledger.acks.create();
        await Promise.all(
          versions.map((version) =>
            ledger.acks.write({ acks: { t1: ack(version) }, proofs: {}, tasks: undefined }),
          ),
        );
        assert.equal((await ledger.acks.read()).acks['t1']?.version, Math.max(...versions));
      }),
      { numRuns: 20 },
    );
  });

  it('of a new ledger object counts even with a lower version', async () => {
    const { ledger } = aLedger();
    await ledger.acks.create();
    await ledger.acks.write({ acks: { t1: ack(90) }, proofs: {}, tasks: undefined });
    await ledger.acks.write({ acks: { t1: ack(3, 'o2') }, proofs: {}, tasks: undefined });
    assert.deepEqual((await ledger.acks.read()).acks['t1'], ack(3, 'o2'));
  });

  it('goes with the tasks that have gone', async () => {
    const { ledger } = aLedger();
    await ledger.acks.create();
    await ledger.acks.write({ acks: { t1: ack(1), t2: ack(1) }, proofs: {}, tasks: undefined });
    await ledger.acks.write({ acks: {}, proofs: {}, tasks: ['t2'] });
    assert.deepEqual(Object.keys((await ledger.acks.read()).acks), ['t2']);
  });
});

describe('releases', () => {
  it('get numbers that nobody else gets', async () => {
    const { ledger } = aLedger(slow);
    const ids = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'];
    const made = await Promise.all(ids.map((id) => ledger.releases.add(aRecord({ ref: id }), id)));
    assert.deepEqual(made.map(({ number }) => number).sort(), [1, 2, 3, 4, 5, 6]);
    for (const { number, ref } of made) assert.equal((await ledger.releases.get(number))?.ref, ref);
  });

  it('are made once for a rollout, however often it is asked for', async () => {
    const { ledger } = aLedger();
    const first = await ledger.releases.add(aRecord({ ref: 'first' }), 'r1');
    await ledger.releases.add(aRecord(), 'r2');
    assert.deepEqual(await ledger.releases.add(aRecord({ ref: 'again' }), 'r1'), first);
    assert.equal((await ledger.releases.list()).length, 2);
  });

  it('come back as they were written, oldest first', async () => {
    const { ledger } = aLedger();
    for (const id of ['r1', 'r2', 'r3']) await ledger.releases.add(aRecord({ ref: id }), id);
    await ledger.releases.remove(2);
    await ledger.releases.remove(2);
    assert.deepEqual(await ledger.releases.list(), [
      { ...aRecord({ ref: 'r1' }), number: 1 },
      { ...aRecord({ ref: 'r3' }), number: 3 },
    ]);
    assert.equal(await ledger.releases.get(2), undefined);
  });

  it('that were edited to nonsense are corrupt, and named', async () => {
    const { ledger, cluster } = aLedger();
    const name = names.release(stack, 1);
    for (const data of ['', 'nonsense', '{}']) {
      cluster.createConfig(name, data, {});
      const corrupt = (error: unknown): boolean =>
        hasCode(error, 'ledger.corrupt') && error.data['object'] === name;
      await assert.rejects(ledger.releases.get(1), corrupt);
      cluster.removeConfig(existing(cluster.config(name)).id);
    }
  });
});

describe('journals', () => {
  it('come back as they were written', async () => {
    const { ledger } = aLedger();
    const state = aPhase(
      { name: 'shifting', step: 1, stage: 'holding' },
      { reason: 'cancelled', moved: true },
    );
    await ledger.journals.create(aHead(), { state, driver: driver('ann', 4) });
    const entry = (await ledger.journals.get('r1'))?.value;
    assert.deepEqual(entry?.head, aHead());
    assert.deepEqual(entry.state, state);
    assert.equal(entry.driver, 'ann');
    assert.deepEqual(entry.lease, { seconds: 3, counter: 4 });
    assert.equal(entry.request, undefined);
  });

  it('have an id that is taken once', async () => {
    const { ledger } = aLedger();
    const write = { state: aPhase({ name: 'planned' }), driver: driver('ann') };
    await ledger.journals.create(aHead(), write);
    await assert.rejects(ledger.journals.create(aHead(), write), (error) => hasCode(error, 'swarm.conflict'));
  });

  it('are written by their driver and by nobody else', async () => {
    const { ledger } = aLedger();
    const write = { state: aPhase({ name: 'building' }), driver: driver('ann') };
    await ledger.journals.create(aHead(), write);
    await ledger.journals.write('r1', 'ann', write);
    for (const other of ['bob', undefined])
      await assert.rejects(ledger.journals.write('r1', other, write), (e) => hasCode(e, 'ledger.fenced'));
    await assert.rejects(ledger.journals.write('r2', 'ann', write), (e) => hasCode(e, 'ledger.fenced'));
  });

  it('that somebody else has taken over are not written by who drove them, whatever was read before', async () => {
    const { ledger, cluster } = aLedger();
    const write = { state: aPhase({ name: 'building' }), driver: driver('ann') };
    await ledger.journals.create(aHead(), write);
    await ledger.journals.write('r1', 'ann', write);
    await turn();
    const bob = openLedger(cluster.view(), stack).journals;
    await bob.takeOver(existing(await bob.get('r1')), { ...write, driver: driver('bob') });
    await assert.rejects(ledger.journals.write('r1', 'ann', write), (e) => hasCode(e, 'ledger.fenced'));
    assert.equal((await bob.get('r1'))?.value.driver, 'bob');
  });

  it('are taken over by one of many', async () => {
    const { ledger } = aLedger(slow);
    const state = aPhase({ name: 'building' });
    await ledger.journals.create(aHead(), { state, driver: driver('ann') });
    const entry = existing(await ledger.journals.get('r1'));
    const took = await Promise.allSettled(
      ['bob', 'cleo', 'dan'].map((name) => ledger.journals.takeOver(entry, { state, driver: driver(name) })),
    );
    assert.equal(took.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const lost of took)
      if (lost.status === 'rejected')
        assert.ok(hasCode(lost.reason, 'ledger.fenced'), "hasCode(lost.reason, 'ledger.fenced')");
  });

  it('keep a request while they are driven, and drop it when the driver leaves', async () => {
    const { ledger, cluster } = aLedger();
    const state = aPhase({ name: 'building' });
    const request = async (): Promise<unknown> => (await ledger.journals.get('r1'))?.value.request;
    await ledger.journals.create(aHead(), { state, driver: driver('ann') });
    await turn();
    await openLedger(cluster.view(), stack).journals.request('r1', 'abort', 'bob@desk');
    await ledger.journals.write('r1', 'ann', { state, driver: driver('ann', 2) });
    assert.deepEqual(await request(), { action: 'abort', by: 'bob@desk' });
    await ledger.journals.write('r1', 'ann', { state, driver: undefined });
    assert.equal(await request(), undefined);
  });

  for (const [label, text] of [
    ['state', '{'],
    ['state', '{"phase":{"name":"flying"}}'],
    ['lease', 'soon'],
    ['request', 'explode:ann'],
  ] as const)
    it(`with the label ${label}=${text} are corrupt, and named`, async () => {
      const { ledger, cluster } = aLedger();
      await ledger.journals.create(aHead(), { state: aPhase({ name: 'planned' }), driver: undefined });
      const object = existing(cluster.config(names.rollout(stack, 'r1')));
      cluster.setLabels(object, { ...object.labels, [label]: text });
      await assert.rejects(
        ledger.journals.list(),
        (error) =>
          hasCode(error, 'ledger.corrupt') &&
          error.data['label'] === label &&
          error.data['object'] === object.name,
      );
    });
});

describe('the audit', () => {
  const entry = (id: string) => ({ head: aHead({ id }), state: aPhase({ name: 'done' }) });
  const ids = async ({ audit }: ReturnType<typeof aLedger>['ledger']): Promise<string[]> =>
    (await audit.list()).map(({ head }) => head.id);

  it('lists its pages in the order they were written, also past the ninth', async () => {
    const { ledger } = aLedger();
    const written = Array.from({ length: 12 }, (_, page) => `r${page}`);
    for (const id of written) await ledger.audit.addPage([entry(id)]);
    assert.deepEqual(await ids(ledger), written);
  });

  it('keeps the pages of writers that come at the same time', async () => {
    const { ledger } = aLedger(slow);
    await Promise.all(['r1', 'r2', 'r3'].map((id) => ledger.audit.addPage([entry(id)])));
    assert.deepEqual((await ids(ledger)).sort(), ['r1', 'r2', 'r3']);
  });

  it('drops its oldest pages and never keeps more than it may', async () => {
    const { ledger } = aLedger();
    for (const id of ['r1', 'r3', 'r5']) await ledger.audit.addPage([entry(id), entry(`${id}b`)]);
    await ledger.audit.prune(5);
    assert.deepEqual(await ids(ledger), ['r3', 'r3b', 'r5', 'r5b']);
    await ledger.audit.prune(4);
    assert.equal((await ids(ledger)).length, 4);
    await ledger.audit.prune(0);
    assert.deepEqual(await ids(ledger), []);
  });
});

function existing<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'value !== undefined');
  return value;
}
