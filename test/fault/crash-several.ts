/** A project of several services, as the crash matrix needs it: two that call each other, a worker, a database. */
import assert from 'node:assert/strict';
import { labels, otherColour } from '../../agent/common/names.ts';
import { parseDocument } from 'yaml';
import { addChain, chainOf } from '../support/chain.ts';
import { ask } from '../support/ask.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { addTag } from '../integration/release/commits.ts';
import { inTask, runningTasks, store, withServices, worker } from '../integration/kinds/kinds-shop.ts';
import type { Stage } from './crash-matrix.ts';
import type { Operations } from './crash-points.ts';
import { isLiveAtRest, liveTag } from './shop-facts.ts';

/**
 * Both move all three services. `deploy-several` with suites of every stage and two release commands; in `deploy-failing` the new worker does
 * not stay up; `rollback-several` brings services back that are warm, but for the worker.
 */
type Operation = 'deploy-several' | 'deploy-failing' | 'rollback-several';

const commands = ['releasing 1', 'releasing 2'];
const late = ['settling: retiring', 'left (settling: retiring)'];

export const operations: Operations<Operation> = {
  records: {
    'deploy-several': {
      back: [
        'planned',
        'building',
        'testing',
        ...commands,
        'placing',
        'superseded',
        'verifying',
        'replacing',
        'promoted',
        'testing-live',
      ],
      onward: late,
    },
    'deploy-failing': {
      before: [
        'planned',
        'building',
        'testing',
        ...commands,
        'placing',
        'superseded',
        'verifying',
        'replacing',
      ],
      back: ['aborting: reverting', 'aborting: restoring', 'aborting: emptying', 'aborted', 'left (aborted)'],
      onward: [],
    },
    'rollback-several': {
      back: ['planned', 'building'],
      onward: ['replacing', 'promoted', 'superseded', ...late],
    },
  },
  steps: {
    'deploy-several': {
      back: [
        'command created: orders',
        'command created: web',
        'slot created: orders',
        'slot created: web',
        'suite created',
        'slot scaled: mailer',
        'slot removed: mailer',
        'slot created: mailer',
        'routes written: route route route',
      ],
      onward: [],
    },
    // The slots that were to be: first the worker's, then the others.
    'deploy-failing': { back: ['slot removed: mailer', 'slot removed: web'], onward: [] },
    'rollback-several': {
      back: [],
      onward: ['slot removed: mailer', 'slot created: mailer', 'routes written: route route route slot slot'],
    },
  },
};

const versions = ['1', '2', '3'] as const;
const failing = 'failing';

/** `live`: how many of the versions have been, one after the other. */
export async function openSeveral(live: number): Promise<Shop> {
  const shop = await openShop({ about: 'several', replicas: 1 });
  for (const version of versions) await addVersion(shop, version, version);
  await addVersion(shop, failing, '4');
  for (const version of versions.slice(0, live)) await must(shop.cli('deploy', 'dev', version));
  return shop;
}

async function addVersion(shop: Shop, tag: string, version: string): Promise<void> {
  const { web, orders } = chainOf({ web: version, orders: version, catalog: '' });
  assert.ok(web && orders, 'the chain has them');
  const { version: same, route, port } = orders;
  await addChain(shop, {
    tag: `chain-${tag}`,
    chain: { web, orders: { version: same, route, port, fresh: true } },
  });
  const image = shop.test.images.node;
  const broken = { ...worker(image, 'mailer', version), command: ['node', '-e', ''] };
  const others = withServices({
    compose: { store: store(image), mailer: tag === failing ? broken : worker(image, 'mailer', version) },
    tidegate: { mailer: { worker: { order: 'stop-first', drain: '5s' } } },
  });
  await addTag(shop.folder, {
    from: `chain-${tag}`,
    tag,
    edit: {
      'compose.yaml': (text) => others['compose.yaml']?.(text) ?? '',
      'tidegate.yaml': (text) => {
        const document = parseDocument(others['tidegate.yaml']?.(text) ?? '');
        for (const service of ['orders', 'web'])
          document.setIn(['services', service, 'release'], document.createNode(migrates(service)));
        document.set('suites', document.createNode(suites));
        return document.toString();
      },
    },
  });
}

const yes = { service: 'web', command: ['node', '-e', ''] };
const suites = {
  unit: { stage: 'build', ...yes },
  smoke: { stage: 'preview', ...yes },
  users: { stage: 'live', ...yes },
};

function migrates(service: string): readonly string[] {
  const body = `'migrates ${service} ' + process.env.TIDEGATE_RELEASE`;
  return ['node', '-e', `fetch('http://store:4000', { method: 'POST', body: ${body} })`];
}

export async function prepare(shop: Shop, operation: Operation): Promise<Stage> {
  const { live, beside } = await withWarmSlots(shop);
  const third = versions.find((version) => version !== live && version !== beside) ?? '3';
  switch (operation) {
    case 'deploy-several': {
      const args = ['deploy', 'dev', third];
      return { args, nextArgs: args, before: live, target: third, nextTarget: third };
    }
    case 'deploy-failing': {
      const common = { args: ['deploy', 'dev', failing], nextArgs: ['deploy', 'dev', third] };
      return { ...common, before: live, target: live, nextTarget: third, code: 1 };
    }
    case 'rollback-several': {
      const args = ['rollback', 'dev', beside];
      return { args, nextArgs: args, before: live, target: beside, nextTarget: beside };
    }
  }
}

/** With one version live, and nothing warm beside it. */
export function prepareSecond(): Promise<Stage> {
  const [before, target] = versions;
  const args = ['deploy', 'dev', target];
  return Promise.resolve({ args, nextArgs: args, before, target, nextTarget: target });
}

async function withWarmSlots(shop: Shop): Promise<{ readonly live: string; readonly beside: string }> {
  const { routes, slots } = (await shop.ledger.routes.read()).value;
  const [live, active] = [await liveTag(shop), routes['web']?.active];
  assert.ok(live !== undefined && active !== undefined, 'a version is live');
  const numbers = ['web', 'orders'].map((service) => slots[`${service}-${otherColour(active)}`]);
  const number = numbers.every((one) => one === numbers[0]) ? numbers[0] : undefined;
  const beside = number === undefined ? undefined : (await shop.ledger.releases.get(number))?.tag;
  if (beside != null && beside !== live) return { live, beside };
  const next = versions.find((version) => version !== live) ?? '1';
  await must(shop.cli('deploy', 'dev', next));
  await comesToRestOn(shop, next);
  return { live: next, beside: live };
}

/** Live is all of it: the door and what it calls, and the worker; and no release has run a command twice. */
export async function comesToRestOn(shop: Shop, tag: string): Promise<void> {
  await isLiveAtRest(shop, tag);
  const { text } = await ask({ url: shop.url, headers: { host: 'shop.localhost' } });
  assert.equal(text, `web=${tag} orders=${tag}`);
  const { routes } = (await shop.ledger.routes.read()).value;
  const active = routes['mailer']?.active ?? 'blue';
  const service = await shop.swarm.services.get(`${shop.stack}_mailer-${active}`);
  assert.equal((await runningTasks(shop, `mailer-${active}`)).length, 1, 'the worker works');
  const release = await shop.ledger.releases.get(Number(service?.labels[labels.release]));
  assert.equal(release?.tag, tag, 'the release of the worker');
  const log = await inTask(
    shop,
    'store',
    `process.stdout.write(require('fs').readFileSync('/data/log', 'utf8'))`,
  );
  const migrations = log.split(/\r?\n/).filter((line) => line.startsWith('migrates'));
  assert.deepEqual(migrations, [...new Set(migrations)], 'what release commands told the store');
}
