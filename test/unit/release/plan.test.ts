import assert from 'node:assert/strict';
import { activeSlot, liveRelease, targetColour, type Current } from '../../../agent/release/current.ts';
import { isWarm, leftOver, movesTo, policyOf, previousOf, type Wanted } from '../../../agent/release/plan.ts';
import { promote } from '../../../agent/release/routes-changes.ts';
import type { ReleaseRecord, RolloutPolicy } from '../../../agent/swarm/ledger/release.ts';
import { emptyRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import { aRecord } from '../ledger/samples.ts';
import { aService, policy } from './model/agent.ts';

function release(
  number: number,
  contents: Readonly<Record<string, string>>,
  change: Partial<ReleaseRecord> = {},
): ReleaseRecord {
  const services = Object.fromEntries(
    Object.entries(contents).map(([service, content]) => [
      service,
      aService({ content, image: content, digest: content, replicas: 1, steps: [] }),
    ]),
  );
  return { ...aRecord({ services, ...change }), number };
}

function current(routes: Partial<Routes>, releases: readonly ReleaseRecord[]): Current {
  return {
    routes: { id: 'o', version: 1, value: { ...emptyRoutes, ...routes } },
    releases: new Map(releases.map((record) => [record.number, record])),
  };
}

const wanted = (contents: Readonly<Record<string, string>>): Record<string, Wanted> =>
  Object.fromEntries(
    Object.entries(contents).map(([service, content]) => [service, { content, rollout: aPolicy({}) }]),
  );

const aPolicy = (change: Partial<RolloutPolicy>): RolloutPolicy => ({
  steps: [],
  unattended: 'revert',
  ...policy,
  ...change,
});

const blue = { routes: { web: { active: 'blue', canary: 0 } }, slots: { 'web-blue': 1 } } as const;

describe('the plan of a rollout', () => {
  it('moves nothing when the content is equal', () => {
    assert.deepEqual(movesTo(current(blue, [release(1, { web: 'a' })]), wanted({ web: 'a' })), []);
  });

  it('moves what differs, and what is new, to the slot without traffic', () => {
    const now = current(blue, [release(1, { web: 'a' })]);
    assert.deepEqual(movesTo(now, wanted({ web: 'b', api: 'c' })), [
      { service: 'web', from: 'blue', to: 'green', fromRelease: 1 },
      { service: 'api', from: null, to: 'blue', fromRelease: null },
    ]);
    assert.equal(targetColour(now, 'web'), 'green');
  });

  it('moves a service whose release is not in the ledger any more', () => {
    const [move] = movesTo(current(blue, []), wanted({ web: 'a' }));
    assert.deepEqual(move, { service: 'web', from: 'blue', to: 'green', fromRelease: 1 });
  });

  it('names what runs and is not wanted any more', () => {
    const now = current(blue, [release(1, { web: 'a' })]);
    assert.deepEqual(leftOver(now, wanted({ api: 'c' })), ['web']);
    assert.deepEqual(leftOver(now, wanted({ web: 'b' })), []);
  });

  it('is warm only while every target slot holds the very content', () => {
    const target = release(1, { web: 'a', api: 'x' });
    const slots = { 'web-green': 1, 'web-blue': 2, 'api-green': 1, 'api-blue': 2 } as const;
    const routes = { web: { active: 'blue', canary: 0 }, api: { active: 'blue', canary: 0 } } as const;
    const records = [target, release(2, { web: 'b', api: 'y' })];
    const warm = (there: Routes['slots'], all = records): boolean => {
      const now = current({ routes, slots: there }, all);
      return isWarm(now, movesTo(now, wanted({ web: 'a', api: 'x' })), target);
    };
    assert.equal(warm(slots), true);
    assert.equal(warm({ 'web-green': 1, 'web-blue': 2, 'api-blue': 2 }), false);
    assert.equal(warm({ ...slots, 'api-green': 3 }, [...records, release(3, { api: 'z' })]), false);
  });

  it('is as patient as the most patient of its services, with the longest steps', () => {
    const steps = [{ share: 500, holdMs: 10 }];
    const moves = movesTo(
      current(
        {
          routes: { web: { active: 'blue', canary: 0 }, api: { active: 'blue', canary: 0 } },
          slots: { 'web-blue': 1, 'api-blue': 1 },
        },
        [release(1, { web: 'a', api: 'a' })],
      ),
      wanted({ web: 'b', api: 'b' }),
    );
    const policies = {
      web: { content: 'b', rollout: aPolicy({ drainMs: 5_000, keepWarmMs: 1, steps }) },
      api: { content: 'b', rollout: aPolicy({ drainMs: 1, keepWarmMs: 9_000, deadlineMs: 7_000 }) },
    };
    assert.deepEqual(policyOf(moves, policies, { hold: false }), {
      steps,
      drainMs: 5_000,
      keepWarmMs: 9_000,
      deadlineMs: 7_000,
    });
    const held = policyOf(moves, policies, { hold: true });
    assert.deepEqual(held.steps, [{ share: 0, holdMs: null }, ...steps]);
  });

  it('shares no traffic of a service that has none yet', () => {
    const moves = movesTo(current({}, []), wanted({ web: 'a' }));
    const policies = { web: { content: 'a', rollout: aPolicy({ steps: [{ share: 500, holdMs: 10 }] }) } };
    assert.deepEqual(policyOf(moves, policies, { hold: false }).steps, []);
  });
});

describe('what is live', () => {
  it('is the newest release that an active slot holds', () => {
    const routes = { web: { active: 'green', canary: 0 }, api: { active: 'blue', canary: 0 } } as const;
    const slots = { 'web-green': 2, 'web-blue': 9, 'api-blue': 1 } as const;
    const now = current({ routes, slots }, [
      release(1, { api: 'a' }),
      release(2, { web: 'b' }),
      release(9, {}),
    ]);
    assert.equal(liveRelease(now)?.number, 2);
    assert.equal(activeSlot(now, 'web')?.release, 2);
    assert.equal(activeSlot(now, 'cart'), undefined);
    assert.equal(liveRelease(current({}, [])), undefined);
  });
});

describe('going back again and again', () => {
  it('never returns to a release that was left', () => {
    const records = new Map<number, ReleaseRecord>();
    let routes: Routes = emptyRoutes;
    const live = (): ReleaseRecord | undefined => liveRelease(current(routes, [...records.values()]));
    const release1 = (content: string, previous: number | null, restores: number | null): void => {
      const made = release(records.size + 1, { web: content }, { previous, restores });
      records.set(made.number, made);
      const now = current(routes, [...records.values()]);
      routes = promote(routes, movesTo(now, wanted({ web: content })), made.number);
    };
    const deploy = (content: string): void => {
      release1(content, live()?.number ?? null, null);
    };
    const back = (): string | undefined => {
      const target = records.get(previousOf(live()) ?? 0);
      if (!target) return undefined;
      release1(target.services['web']?.content ?? '', target.previous, target.restores ?? target.number);
      return live()?.services['web']?.content;
    };
    for (const content of ['a', 'b', 'c']) deploy(content);
    assert.equal(back(), 'b');
    assert.equal(back(), 'a');
    assert.equal(back(), undefined);
    deploy('d');
    assert.equal(back(), 'a');
    assert.equal(back(), undefined);
  });
});
