/**
 * Invariant 5: SIGKILL of the agent after any record of its journal, and in the middle of its effects. TIDEGATE_TEST_FULL=1 runs every point,
 * otherwise a sample; TIDEGATE_TEST_SEED repeats one.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Load } from '../support/load.ts';
import { must, openShop, type CliRun, type Shop } from '../support/shop.ts';
import { allPoints, operations, recordsOf, sample, type CrashPoint } from './crash-points.ts';
import { prepare, testedVersions, versions } from './crash-stage.ts';
import { addVersion, comesToRestOn, noFailure } from './shop-facts.ts';

const isFull = process.env['TIDEGATE_TEST_FULL'] === '1';
const seed = Number(process.env['TIDEGATE_TEST_SEED'] ?? randomInt(1_000_000));
const points = isFull ? allPoints : sample(allPoints, seed, 4);
const size = `${points.length} of ${allPoints.length} points`;
/** Short, so that control need not be waited for. */
const leaseSeconds = 3;

const suites = `suites:
  smoke: { stage: preview, service: web, command: 'true' }
  users: { stage: live, service: web, command: 'true' }
`;

const program = path.resolve(import.meta.dirname, '../support/crash-agent.ts');

describe(`crash matrix (${isFull ? size : `${size}, TIDEGATE_TEST_SEED=${seed}`})`, function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;
  const recordLog = path.join(tmpdir(), `tidegate-records-${process.pid}`);

  before(async () => {
    shop = await openShop({ about: 'crash', replicas: 1 });
    await addVersion(shop, { from: 'v1.1.0', tag: 'v1.1.1' });
    for (const tag of testedVersions)
      await addVersion(shop, {
        from: 'v1.1.0',
        tag,
        change: { file: 'tidegate.yaml', edit: (text) => text + suites },
      });
    for (const version of versions) await must(shop.cli('deploy', 'dev', version));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  after(async () => {
    await load.stop();
    await rm(recordLog, { force: true });
    await shop.close();
  });

  /** Runs `tidegate ARGS`; the agent kills itself after the record or step, if there is one of that name. */
  async function killedAfter(what: string, args: readonly string[], lease: number): Promise<CliRun> {
    await rm(recordLog, { force: true });
    const env = {
      TIDEGATE_CRASH_AFTER: what,
      TIDEGATE_CRASH_LOG: recordLog,
      TIDEGATE_LEASE_SECONDS: String(lease),
    };
    return shop.start(args, { program, env }).done;
  }

  async function goesWell({ operation, after, ends, next }: CrashPoint): Promise<void> {
    const stage = await prepare(shop, operation);
    const killed = await killedAfter(after, stage.args, next === 'agent' ? 60 : leaseSeconds);
    assert.equal(killed.code, null, `was not killed: ${killed.stdout}${killed.stderr}`);
    if (next === 'agent') {
      await must(shop.cli(...stage.nextArgs));
      await comesToRestOn(shop, stage.nextTarget);
    } else {
      await comesToRestOn(shop, ends === 'onward' ? stage.target : stage.before);
    }
    noFailure(load);
  }

  for (const operation of operations)
    it(`kills after every record of: ${operation}`, async () => {
      const stage = await prepare(shop, operation);
      await must(killedAfter('none', stage.args, 15));
      const written = (await readFile(recordLog, 'utf8')).trim().split('\n');
      assert.deepEqual(written, recordsOf(operation));
      await comesToRestOn(shop, stage.target);
      noFailure(load);
    });

  for (const point of points) {
    const { operation, after, next } = point;
    const then = next === 'agent' ? 'the next agent completes' : 'control alone completes';
    it(`${operation} killed after "${after}": ${then}`, () => goesWell(point));
  }
});
