/** A process beside the cluster: an agent or a control that can die at any of its calls, as by SIGKILL. */
import type { Clock } from '../../../../agent/common/clock.ts';
import { silentLog } from '../../../../agent/common/log.ts';
import type { Limits, ReleaseEngine } from '../../../../agent/release/engine.ts';
import { openChanges } from '../../../../agent/swarm/changes.ts';
import { openLedger } from '../../../../agent/swarm/ledger/ledger.ts';
import type { Caller } from '../../../support/fake-swarm.ts';
import { stack, type World } from './world.ts';

const limits: Limits = {
  acknowledge: 2_000,
  prove: 2_000,
  verify: 2_000,
  empty: 2_000,
  lock: 3_000,
  steady: 500,
};
export const leaseSeconds = 3;

export interface Fate {
  readonly dieAt?: number | null;
  readonly pauseMs?: number;
}

export class Process {
  readonly name: string;
  readonly engine: ReleaseEngine;
  /** Resolves when it dies. */
  readonly died: Promise<'died'>;
  alive = true;
  /** How long it thinks between its plan and its first write. */
  readonly pauseMs: number;
  readonly #world: World;
  #callsLeft: number;
  #die: () => void = () => undefined;

  /** Dies in the middle of its `dieAt`th call to the cluster, before or after the call had its effect. */
  constructor(world: World, name: string, fate: Fate = {}) {
    this.#world = world;
    this.name = name;
    this.#callsLeft = fate.dieAt ?? Number.POSITIVE_INFINITY;
    this.pauseMs = fate.pauseMs ?? 0;
    this.died = new Promise((resolve) => {
      this.#die = () => {
        resolve('died');
      };
    });
    const clock = this.#clock();
    const swarm = world.cluster.view(this.#caller());
    this.engine = {
      swarm,
      ledger: openLedger(swarm, stack),
      changes: openChanges(swarm, clock),
      clock,
      log: silentLog,
      driver: name,
      leaseSeconds,
      limits,
    };
  }

  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#world.invariants.tell(`${this.name} dies`);
    this.#die();
  }

  #caller(): Caller {
    const { clock, random } = this.#world;
    return {
      before: async () => {
        this.#callsLeft -= 1;
        if (this.#callsLeft <= 0 && random.between(0, 1) === 0) this.kill();
        await this.#whileAlive();
        await clock.sleep(random.between(0, 12));
        await this.#whileAlive();
      },
      after: async () => {
        if (this.#callsLeft <= 0) this.kill();
        await this.#whileAlive();
      },
      deliver: (tell) => {
        clock.at(random.between(1, 20), () => {
          if (this.alive) tell();
        });
      },
    };
  }

  /** Time goes on for everybody but the dead. */
  #clock(): Clock {
    const { clock } = this.#world;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        await this.#whileAlive();
      },
    };
  }

  /** What a dead process waits for never comes: not even its `finally` runs. */
  #whileAlive(): Promise<void> {
    return this.alive ? Promise.resolve() : new Promise(() => undefined);
  }
}
