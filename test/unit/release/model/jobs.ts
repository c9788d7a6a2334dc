/** Tasks that run once: release commands, and what must be true of them whatever happens to their drivers. */
import { gunzipSync } from 'node:zlib';
import { names } from '../../../../agent/common/names.ts';
import { commandRunName } from '../../../../agent/release/command-run.ts';
import { rolloutHead, rolloutState, type RolloutState } from '../../../../agent/swarm/ledger/rollout.ts';
import type { ServiceObject } from '../../../../agent/swarm/port.ts';
import { aTask } from '../../../support/fake-swarm.ts';
import { stack, type World } from './world.ts';

interface Run {
  readonly rollout: string;
  readonly task: string;
  how: 'runs' | 'well' | 'badly' | 'stopped';
}

/** What a command's only word may be. */
export type CommandNature = 'pass' | 'fail';

export class ModelJobs {
  readonly #world: World;
  readonly #runs = new Map<string, Run>();

  constructor(world: World) {
    this.#world = world;
  }

  changed(before: ServiceObject | undefined, after: ServiceObject | undefined): void {
    if (!before && after) this.#start(after);
    else if (before && after && after.spec.Mode.ReplicatedJob?.TotalCompletions === 0) this.#stop(after);
    else if (before && !after) this.#remove(before);
  }

  /** Nothing of a release is placed before its commands have ended well. */
  slotFilled(release: string | undefined): void {
    const { cluster } = this.#world;
    const rollout = cluster.config(names.release(stack, Number(release)))?.labels['tidegate.rollout'] ?? '';
    const data = cluster.config(names.rollout(stack, rollout))?.data;
    if (!data) return;
    const { commands = [] } = rolloutHead.parse(JSON.parse(gunzipSync(data).toString()));
    commands.forEach((command, index) => {
      const how = this.#runs.get(commandRunName(stack, rollout, index))?.how ?? 'never run';
      if (how !== 'well')
        this.#violated(`release ${release ?? '?'} is placed, and the command of ${command.service}: ${how}`);
    });
  }

  /** Nothing goes back under a command that runs. */
  phaseOf(rollout: string, { phase }: RolloutState): void {
    if (phase.name !== 'aborting' || phase.stage === 'ending-command') return;
    for (const [name, run] of this.#runs)
      if (run.rollout === rollout && run.how === 'runs')
        this.#violated(`${rollout} goes back, and ${name} runs`);
  }

  #start(service: ServiceObject): void {
    const { cluster, clock, random, invariants } = this.#world;
    if (this.#runs.has(service.name)) this.#violated(`${service.name} is started a second time`);
    const task = cluster.id('task');
    const rollout = service.labels['tidegate.rollout'] ?? '';
    const run: Run = { rollout, task, how: 'runs' };
    this.#runs.set(service.name, run);
    invariants.tell(`${service.name} starts for ${rollout}`);
    cluster.tasks.push(aTask(task, { serviceId: service.id, state: 'pending', desired: 'complete' }));
    const begins = random.between(10, 300);
    clock.at(begins, () => {
      this.#setTask(task, 'running');
    });
    const nature = service.spec.TaskTemplate.ContainerSpec.Command?.[0];
    clock.at(begins + random.between(20, 2_500), () => {
      if (run.how !== 'runs') return;
      run.how = nature === 'fail' ? 'badly' : 'well';
      invariants.tell(`${service.name} ends ${run.how}`);
      this.#setTask(task, run.how === 'well' ? 'complete' : 'failed', run.how === 'well' ? 0 : 3);
    });
  }

  #stop({ name }: ServiceObject): void {
    const run = this.#runs.get(name);
    if (run?.how !== 'runs') return;
    const { cluster, clock, random } = this.#world;
    const state = this.#stateOf(run.rollout);
    if (state?.reason === 'interrupted' || state?.reason === 'lease-expired')
      this.#violated(`${name} is cut off, and only its driver was gone`);
    clock.at(random.between(20, 300), () => {
      run.how = 'stopped';
      cluster.tasks = cluster.tasks.filter(({ id }) => id !== run.task);
    });
  }

  /** Swarm leaves the task of a job running whose service goes. */
  #remove({ name }: ServiceObject): void {
    const run = this.#runs.get(name);
    if (run?.how === 'runs') this.#violated(`${name} runs on, and its service is gone`);
    const { cluster } = this.#world;
    cluster.tasks = cluster.tasks.filter(({ id }) => id !== run?.task);
  }

  #stateOf(rollout: string): RolloutState | undefined {
    const text = this.#world.cluster.config(names.rollout(stack, rollout))?.labels['state'];
    return text === undefined ? undefined : rolloutState.parse(JSON.parse(text));
  }

  #setTask(id: string, state: string, exitCode?: number): void {
    const { cluster } = this.#world;
    const error = exitCode ? { error: `task: non-zero exit (${exitCode})` } : {};
    cluster.tasks = cluster.tasks.map((task) =>
      task.id === id ? { ...task, state, exitCode, ...error } : task,
    );
  }

  #violated(text: string): void {
    this.#world.invariants.violated('release commands', text);
  }
}
