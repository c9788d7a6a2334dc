/** Brings the shop to where an operation can begin, whatever happened to it before. */
import assert from 'node:assert/strict';
import { otherColour } from '../../agent/common/names.ts';
import { must, type Shop } from '../support/shop.ts';
import type { Stage } from './crash-matrix.ts';
import type { Operations } from './crash-points.ts';
import { comesToRestOn, liveTag } from './shop-facts.ts';

/**
 * `deploy`: of another version. `deploy-tested`: of one that has suites of every stage, and a release command. `abort`: of a held deploy. `rollback-warm`: to the version whose slot still runs.
 * `rollback-kept`: to an older one, whose slot is long gone.
 */
type Operation = 'deploy' | 'deploy-tested' | 'abort' | 'rollback-warm' | 'rollback-kept';

const early = ['planned', 'building'];
const late = ['settling: draining', 'left (settling: draining)'];
const placing = ['slot scaled', 'slot removed', 'routes written: lock slot', 'slot created'];

export const operations: Operations<Operation> = {
  records: {
    deploy: { back: [...early, 'testing', 'placing', 'superseded', 'verifying', 'promoted'], onward: late },
    'deploy-tested': {
      back: [
        ...early,
        'testing',
        'releasing 1',
        'placing',
        'superseded',
        'verifying',
        'promoted',
        'testing-live',
      ],
      onward: late,
    },
    abort: {
      back: [
        'taken over (shifting 1: holding)',
        'aborting: reverting',
        'aborting: emptying',
        'aborted',
        'left (aborted)',
      ],
      onward: [],
    },
    'rollback-warm': { back: early, onward: ['promoted', 'superseded', ...late] },
    'rollback-kept': {
      back: [...early, 'testing'],
      onward: ['placing', 'superseded', 'verifying', 'promoted', ...late],
    },
  },
  steps: {
    deploy: { back: ['routes written: rollout', ...placing, 'routes written: route'], onward: [] },
    'deploy-tested': { back: ['command created', 'suite created', 'suite removed'], onward: [] },
    abort: { back: ['slot scaled', 'slot removed'], onward: [] },
    'rollback-warm': {
      back: ['routes written: lock rollout'],
      onward: ['routes written: route slot'],
    },
    'rollback-kept': { back: ['routes written: rollout'], onward: [...placing, 'routes written: route'] },
  },
};

/** Released once each, all of them good. */
export const versions = ['v1.0.0', 'v1.1.0', 'v1.1.1'] as const;

/** Good as well; they have suites that say so, and a release command. */
export const testedVersions = ['v1.1.2', 'v1.1.3'] as const;

export async function prepare(shop: Shop, operation: Operation): Promise<Stage> {
  const { live, beside } = await withWarmSlot(shop);
  const third = versions.find((version) => version !== live && version !== beside) ?? 'v1.1.1';
  switch (operation) {
    case 'deploy': {
      const args = ['deploy', 'dev', third];
      return { args, nextArgs: args, before: live, target: third, nextTarget: third };
    }
    case 'deploy-tested': {
      const target = testedVersions.find((version) => version !== live) ?? testedVersions[0];
      const args = ['deploy', 'dev', target];
      return { args, nextArgs: args, before: live, target, nextTarget: target };
    }
    case 'abort':
      await must(shop.cli('deploy', 'dev', third, '--hold'));
      return {
        args: ['abort', 'dev'],
        nextArgs: ['deploy', 'dev', third],
        before: live,
        target: live,
        nextTarget: third,
      };
    case 'rollback-warm':
    case 'rollback-kept': {
      const target = operation === 'rollback-warm' ? beside : third;
      const args = ['rollback', 'dev', target];
      return { args, nextArgs: args, before: live, target, nextTarget: target };
    }
  }
}

/** What is live, and what the other slot still runs: a rollout that settles keeps it warm. */
async function withWarmSlot(shop: Shop): Promise<{ readonly live: string; readonly beside: string }> {
  const settles = (await shop.ledger.journals.list()).some(
    ({ value }) => value.state.phase.name === 'settling',
  );
  const live = await liveTag(shop);
  const beside = await tagBeside(shop);
  if (settles && live !== undefined && beside !== undefined && beside !== live) return { live, beside };
  const next = versions.find((version) => version !== live) ?? versions[0];
  await must(shop.cli('deploy', 'dev', next));
  await comesToRestOn(shop, next);
  assert.ok(live !== undefined, 'live !== undefined');
  return { live: next, beside: live };
}

async function tagBeside(shop: Shop): Promise<string | undefined> {
  const { routes, slots } = (await shop.ledger.routes.read()).value;
  const active = routes['web']?.active;
  const number = active && slots[`web-${otherColour(active)}`];
  const release = number === undefined ? undefined : await shop.ledger.releases.get(number);
  return release?.tag ?? undefined;
}
