import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasCode } from '../../../agent/common/errors.ts';
import { colours, otherColour, slotKey } from '../../../agent/common/names.ts';
import {
  claimAll,
  clear,
  cut,
  fill,
  hasTraffic,
  holderOf,
  isReverted,
  locked,
  promote,
  revert,
  shift,
  unclaimAll,
  unlocked,
} from '../../../agent/release/routes-changes.ts';
import type { Move } from '../../../agent/swarm/ledger/rollout.ts';
import { emptyRoutes, type Route, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import { aHead } from '../ledger/samples.ts';

const services = ['web', 'api', 'shop'] as const;
const colour = fc.constantFrom(...colours);

/** Routes as they are before a rollout, and moves that fit them. */
const plan: fc.Arbitrary<{ readonly routes: Routes; readonly moves: readonly Move[] }> = fc
  .record({
    live: fc.uniqueArray(fc.record({ service: fc.constantFrom(...services), active: colour }), {
      selector: ({ service }) => service,
    }),
    moving: fc.uniqueArray(fc.constantFrom(...services), { minLength: 1 }),
  })
  .map(({ live, moving }) => {
    const routes: Record<string, Route> = {};
    const slots: Record<string, number> = {};
    for (const { service, active } of live) {
      routes[service] = { active, canary: 0 };
      slots[slotKey(service, active)] = 1;
    }
    const moves = moving.map((service): Move => {
      const from = routes[service]?.active ?? null;
      return { service, from, to: from ? otherColour(from) : 'blue', fromRelease: from ? 1 : null };
    });
    return { routes: { ...emptyRoutes, routes, slots }, moves };
  });

/** The move that takes back what `move` did. */
const back = (move: Move): Move => ({ ...move, from: move.to, to: otherColour(move.to), fromRelease: 2 });

function each(look: (routes: Routes, moves: readonly Move[]) => void): void {
  fc.assert(
    fc.property(plan, ({ routes, moves }) => {
      look(routes, moves);
    }),
  );
}

describe('changes of the routes', () => {
  it('claim all services of a rollout, and give all of them back', () => {
    each((routes, moves) => {
      const head = aHead({ moves: [...moves] });
      const claimed = claimAll(routes, head);
      for (const { service } of moves) assert.equal(claimed.claims[service], head.id);
      assert.deepEqual(unclaimAll(claimed, head.id), routes);
      assert.deepEqual(claimAll(claimed, head), claimed);
    });
  });

  it('claim nothing when one service belongs to somebody else, and name them', () => {
    each((routes, moves) => {
      const theirs = { ...routes, claims: { [moves[0]?.service ?? '']: 'other' } };
      assert.throws(
        () => claimAll(theirs, aHead({ moves: [...moves] })),
        (error) => hasCode(error, 'ledger.busy') && error.data['rollout'] === 'other',
      );
      assert.equal(unclaimAll(theirs, 'r1'), theirs);
    });
  });

  it('claim nothing when two swaps since the plan led back to the same colour', () => {
    each((routes, moves) => {
      const again = promote(promote(routes, moves, 2), moves.map(back), 3);
      const planned = moves.filter((move) => move.from !== null);
      fc.pre(planned.length > 0);
      assert.throws(
        () => claimAll(again, aHead({ moves: planned })),
        (error) => hasCode(error, 'ledger.busy'),
      );
    });
  });

  it('claim nothing when a service was swapped since the plan', () => {
    each((routes, moves) => {
      const swapped = promote(routes, moves, 2);
      assert.throws(
        () => claimAll(swapped, aHead({ moves: [...moves] })),
        (error) => hasCode(error, 'ledger.busy') && error.data['planned'] === moves[0]?.from,
      );
    });
  });

  it('move all services at once, and no other', () => {
    each((routes, moves) => {
      const after = promote(routes, moves, 2);
      for (const { service, to } of moves) {
        assert.deepEqual(after.routes[service], { active: to, canary: 0 });
        assert.equal(after.slots[slotKey(service, to)], 2);
      }
      for (const [service, route] of Object.entries(routes.routes))
        if (!moves.some((move) => move.service === service)) assert.deepEqual(after.routes[service], route);
    });
  });

  it('bring every route back to what it was, from a share and from all of it', () => {
    each((routes, moves) => {
      const part = shift(fill(routes, moves, 2), moves, 2_500);
      for (const moved of [part, promote(routes, moves, 2), promote(part, moves, 2)]) {
        assert.deepEqual(revert(moved, moves).routes, routes.routes);
        assert.ok(isReverted(revert(moved, moves), moves), 'isReverted(revert(moved, moves), moves)');
      }
      assert.equal(isReverted(promote(routes, moves, 2), moves), false);
    });
  });

  it('give a share to slots whose service has an old one, and to no other', () => {
    each((routes, moves) => {
      const after = shift(routes, moves, 2_500);
      for (const { service, from } of moves)
        assert.deepEqual(after.routes[service], from === null ? undefined : { active: from, canary: 2_500 });
    });
  });

  it('never cut a slot that has traffic, and forget cuts of a slot that is filled anew', () => {
    each((routes, moves) => {
      const all = services.flatMap((service) => colours.map((one) => slotKey(service, one)));
      const after = cut(routes, all, 'r1');
      for (const slot of all) assert.equal(after.cuts[slot] === undefined, hasTraffic(routes, slot));
      assert.equal(cut(after, all, 'r2'), after);
      const filled = fill(after, moves, 2);
      for (const { service, to } of moves) assert.equal(filled.cuts[slotKey(service, to)], undefined);
    });
  });

  it('clear only what is gone', () => {
    each((routes, moves) => {
      const gone = moves.map(({ service, to }) => slotKey(service, to));
      assert.deepEqual(clear(fill(routes, moves, 2), gone), routes);
    });
  });

  it('know a slot with a share as one with traffic', () => {
    const routes = { ...emptyRoutes, routes: { web: { active: 'blue', canary: 1 } } } as const;
    assert.equal(hasTraffic(routes, 'web-blue'), true);
    assert.equal(hasTraffic(routes, 'web-green'), true);
    assert.equal(
      hasTraffic({ ...routes, routes: { web: { active: 'blue', canary: 0 } } }, 'web-green'),
      false,
    );
    assert.equal(hasTraffic(routes, 'api-blue'), false);
  });
});

describe('the lock', () => {
  const ann = { rollout: 'r1', driver: 'ann', epoch: undefined };
  const bob = { rollout: 'r2', driver: 'bob', epoch: undefined };
  const nobody = new Set<string>();

  it('is taken once and kept', () => {
    const mine = locked(emptyRoutes, ann, nobody);
    assert.deepEqual(mine.lock, { holder: holderOf(ann), epoch: 1 });
    assert.equal(locked(mine, { ...ann, epoch: 1 }, nobody), mine);
  });

  it('of another rollout is waited for, by its name', () => {
    const mine = locked(emptyRoutes, ann, nobody);
    assert.throws(
      () => locked(mine, bob, nobody),
      (error) =>
        hasCode(error, 'ledger.busy') && error.data['rollout'] === 'r1' && error.data['holder'] === 'ann',
    );
  });

  it('of a rollout that is over is taken', () => {
    const mine = locked(emptyRoutes, ann, nobody);
    assert.deepEqual(locked(mine, bob, new Set(['r1'])).lock, { holder: 'r2/bob', epoch: 2 });
  });

  it('of the same rollout is taken from its former driver, who is fenced off from then on', () => {
    const mine = locked(emptyRoutes, ann, nobody);
    const theirs = locked(mine, { ...ann, driver: 'control' }, nobody);
    assert.throws(
      () => locked(theirs, { ...ann, epoch: 1 }, nobody),
      (error) => hasCode(error, 'ledger.fenced'),
    );
  });

  it('that was given back and taken again fences off the old epoch, also of the same driver', () => {
    const first = locked(emptyRoutes, ann, nobody);
    const second = locked(unlocked(first, ann), ann, nobody);
    assert.equal(second.lock.epoch, 2);
    assert.throws(
      () => locked(second, { ...ann, epoch: 1 }, nobody),
      (error) => hasCode(error, 'ledger.fenced'),
    );
  });

  it('of a former driver that died holding it is given back by the next one of the same rollout', () => {
    const former = locked(emptyRoutes, ann, nobody);
    assert.equal(unlocked(former, { ...ann, driver: 'control' }).lock.holder, undefined);
  });

  it('is given back by its holder only', () => {
    const mine = locked(emptyRoutes, ann, nobody);
    assert.equal(unlocked(mine, bob), mine);
    assert.equal(unlocked(mine, { ...ann, driver: 'late', epoch: 7 }), mine);
    assert.deepEqual(unlocked(mine, ann).lock, { holder: undefined, epoch: 1 });
  });
});
