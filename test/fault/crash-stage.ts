/** Brings the shop to where an operation can begin, whatever happened to it before. */
import assert from 'node:assert/strict';
import { otherColour } from '../../agent/common/names.ts';
import { must, type Shop } from '../support/shop.ts';
import type { Operation } from './crash-points.ts';
import { comesToRestOn, liveTag } from './shop-facts.ts';

/** Released once each, all of them good. */
export const versions = ['v1.0.0', 'v1.1.0', 'v1.1.1'] as const;

/** Good as well; they have suites that say so. */
export const testedVersions = ['v1.1.2', 'v1.1.3'] as const;

export interface Stage {
  /** `tidegate ARGS`. */
  readonly args: readonly string[];
  /** What another agent is asked for after the crash; it must come out at `target` or `nextTarget`. */
  readonly nextArgs: readonly string[];
  /** Live before. */
  readonly before: string;
  /** Live when it is done. */
  readonly target: string;
  /** Live when `nextArgs` is done. */
  readonly nextTarget: string;
}

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
