/**
 * The program `tidegate` with an agent that kills itself (SIGKILL) right after one record of a rollout's journal
 * is in the ledger, or after a step between two records. Run by tsx.
 *
 *   TIDEGATE_CRASH_AFTER = name of the record or step (see `crash-records.ts`); empty: never
 *   TIDEGATE_CRASH_LOG   = file that gets the name of each record, one a line
 *   TIDEGATE_HOLD_BEFORE = `plan` or `swap` (see `holdBefore`): there it makes the file TIDEGATE_HELD, and goes on when
 *                          the file TIDEGATE_HOLD_UNTIL is there
 *   TIDEGATE_PATIENCE_MS = how long it waits for edges to acknowledge; default: as always
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../agent/common/clock.ts';
import { findAssets } from '../../agent/cli/assets.ts';
import { run } from '../../agent/cli/run.ts';
import { createAgent } from '../../agent/server/agent.ts';
import { openSwarm } from '../../agent/swarm/docker-swarm.ts';
import { holdBefore, watchRecords, watchSteps } from './crash-records.ts';

const after = process.env['TIDEGATE_CRASH_AFTER'] ?? '';
const log = process.env['TIDEGATE_CRASH_LOG'];
const patience = process.env['TIDEGATE_PATIENCE_MS'];

function onRecord(name: string): void {
  if (log !== undefined) appendFileSync(log, `${name}\n`);
  onStep(name);
}

function onStep(name: string): void {
  if (name === after) process.kill(process.pid, 'SIGKILL');
}

const open: typeof openSwarm = (engine, options) => {
  const watched = watchSteps(watchRecords(openSwarm(engine, options), onRecord), onStep);
  const point = process.env['TIDEGATE_HOLD_BEFORE'];
  return point === 'plan' || point === 'swap' ? holdBefore(watched, point, untilAllowed) : watched;
};

async function untilAllowed(): Promise<void> {
  const { TIDEGATE_HELD: held, TIDEGATE_HOLD_UNTIL: until } = process.env;
  if (held === undefined || until === undefined) return;
  writeFileSync(held, '');
  while (!existsSync(until)) await delay(50);
}

const code = await run({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  clock: systemClock,
  version: '0.0.0-test',
  pid: process.pid,
  agent: () =>
    createAgent({
      env: process.env,
      assets: findAssets(path.resolve(import.meta.dirname, '../../dist')),
      open,
      ...(patience !== undefined && { limits: { acknowledge: Number(patience) } }),
    }),
  build: 'crash',
  agents: () => Promise.reject(new Error('it serves nobody')),
  leave: (status) => process.exit(status),
});
process.exit(code);
