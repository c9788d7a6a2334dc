/**
 * Invariant 5: SIGKILL of the agent after any record of its journal, and in the middle of its effects. TIDEGATE_TEST_SEED
 * repeats a sample.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Load } from '../support/load.ts';
import { must, type CliRun, type Shop } from '../support/shop.ts';
import { namesOf, pointsOf, recordsOf, sample, type CrashPoint, type Operations } from './crash-points.ts';
import { noFailure } from './shop-facts.ts';

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
  /** With which it ends when nobody disturbs it; default 0. */
  readonly code?: number;
}

export interface CrashMatrix<Operation extends string> {
  readonly about: string;
  readonly operations: Operations<Operation>;
  /** How many points are tried. */
  readonly size: number | 'all';
  /** Those it is about; default all. */
  readonly chosen?: (point: CrashPoint<Operation>) => boolean;
  /** Whether every operation is run undisturbed as well, which tells whether the points are all there are. */
  readonly undisturbed: boolean;
  readonly open: () => Promise<Shop>;
  /** Brings the shop to where an operation can begin, whatever happened to it before. */
  readonly prepare: (shop: Shop, operation: Operation) => Promise<Stage>;
  /** Waits until the version is live and nothing is half done. */
  readonly comesToRestOn: (shop: Shop, tag: string) => Promise<void>;
}

/** Short, so that control need not be waited for. */
const leaseSeconds = 3;
const program = path.resolve(import.meta.dirname, '../support/crash-agent.ts');

export function crashMatrix<O extends string>(matrix: CrashMatrix<O>): void {
  const { operations, size, prepare, comesToRestOn } = matrix;
  const seed = Number(process.env['TIDEGATE_TEST_SEED'] ?? randomInt(1_000_000));
  const all = pointsOf(operations).filter((point) => matrix.chosen?.(point) ?? true);
  const points = size === 'all' ? all : sample(all, seed, size);
  const how = size === 'all' ? '' : `, TIDEGATE_TEST_SEED=${seed}`;

  describe(`${matrix.about} (${points.length} of ${all.length} points${how})`, function () {
    this.timeout(180_000);
    let shop: Shop;
    let load: Load;
    const recordLog = path.join(tmpdir(), `tidegate-records-${process.pid}`);

    before(async () => {
      shop = await matrix.open();
      load = shop.load({ connections: 4, ratePerSecond: 100 });
    });

    after(async () => {
      await load.stop();
      await rm(recordLog, { force: true });
      shop.leave();
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

    async function goesWell({ operation, after, ends, next }: CrashPoint<O>): Promise<void> {
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

    for (const operation of matrix.undisturbed ? namesOf(operations) : [])
      it(`kills after every record of: ${operation}`, async () => {
        const stage = await prepare(shop, operation);
        const run = await killedAfter('none', stage.args, 15);
        assert.equal(run.code, stage.code ?? 0, run.stdout + run.stderr);
        const written = (await readFile(recordLog, 'utf8')).trim().split('\n');
        assert.deepEqual(written, recordsOf(operations, operation));
        await comesToRestOn(shop, stage.target);
        noFailure(load);
      });

    for (const point of points) {
      const { operation, after, next } = point;
      const then = next === 'agent' ? 'the next agent completes' : 'control alone completes';
      it(`${operation} killed after "${after}": ${then}`, () => goesWell(point));
    }
  });
}
