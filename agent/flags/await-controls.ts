/** Waits until every control that runs has said that it serves a version of the flags. */
import { names } from '../common/names.ts';
import type { Changes } from '../swarm/changes.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { Served } from '../swarm/ledger/flag-acks-store.ts';
import type { Swarm, Task } from '../swarm/port.ts';

export interface ControlWait {
  readonly swarm: Swarm;
  readonly ledger: Ledger;
  readonly changes: Changes;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** No control at all is not "every control": then `missing` says so. */
export interface ControlWord {
  readonly serving: number;
  /** Why each of the others is waited for, for people. */
  readonly missing: readonly string[];
}

export async function awaitControls(wait: ControlWait, wanted: Served): Promise<ControlWord> {
  let word: ControlWord = { serving: 0, missing: [] };
  await wait.changes.until(
    async () => {
      word = await ask(wait, wanted);
      return word.missing.length === 0 ? true : undefined;
    },
    { limitMs: wait.limitMs, pollMs: 200, signal: wait.signal },
  );
  return word;
}

async function ask({ swarm, ledger }: ControlWait, wanted: Served): Promise<ControlWord> {
  const [tasks, served] = await Promise.all([
    swarm.tasks.list({ service: names.control(ledger.stack) }),
    ledger.flagAcks.read(),
  ]);
  const running = tasks.filter(({ state, desired }) => state === 'running' && desired === 'running');
  if (running.length === 0) return { serving: 0, missing: ['no control runs'] };
  const missing = running.filter(({ id }) => !serves(served.get(id), wanted));
  return { serving: running.length - missing.length, missing: missing.map(told) };
}

function serves(served: Served | undefined, wanted: Served): boolean {
  return served?.object === wanted.object && served.version >= wanted.version;
}

function told({ id, nodeId }: Task): string {
  return `control ${id.slice(0, 12)} on node ${nodeId.slice(0, 12)} has not said that it serves it`;
}
