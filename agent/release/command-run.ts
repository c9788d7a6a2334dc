/** The task of a release command in the Swarm: what it is called, what it is made of, and what its state says. Pure. */
import { createHash } from 'node:crypto';
import { labels, names } from '../common/names.ts';
import type { ReleaseCommand } from '../swarm/ledger/rollout.ts';
import type { ContainerSpec, ServiceSpec, Task } from '../swarm/port.ts';
import { runLabels } from './left-runs.ts';
import { slotSpec, type SlotPlacement } from './slot-spec.ts';

/** Equal for every driver of the rollout: Swarm takes a name once, so no command is started twice. */
export function commandRunName(stack: string, rollout: string, command: number): string {
  const digest = createHash('sha256').update(`${rollout}/${command}`).digest();
  const id = Array.from(digest.subarray(0, 6), (byte) => (byte % 36).toString(36)).join('');
  return names.run(stack, id);
}

export interface CommandPlacement extends Omit<SlotPlacement, 'colour' | 'service'> {
  readonly name: string;
  readonly rollout: string;
  readonly command: ReleaseCommand;
  /** The node it runs on; `undefined`: any that may run the service. */
  readonly node: string | undefined;
}

/** A job of one task that is never started again, and else all that a task of the service is (docs/adr/0040). */
export function commandSpec({ name, rollout, command, node, ...slot }: CommandPlacement): ServiceSpec {
  const { service } = command;
  const { TaskTemplate } = slotSpec({ ...slot, service, colour: 'blue' });
  const container: ContainerSpec = { ...TaskTemplate.ContainerSpec };
  delete container.Args;
  const own = {
    [labels.stack]: slot.stack,
    [labels.object]: 'release-command',
    [labels.service]: service,
    [runLabels.rollout]: rollout,
  };
  return {
    Name: name,
    Labels: { ...own, [labels.stackNamespace]: slot.stack },
    TaskTemplate: {
      ...(TaskTemplate.Resources && { Resources: TaskTemplate.Resources }),
      ContainerSpec: {
        ...container,
        Command: command.command,
        Env: [...(container.Env ?? []), `TIDEGATE_RELEASE=${slot.release}`],
        Labels: { ...slot.content.spec.TaskTemplate.ContainerSpec.Labels, ...own },
        // Those of the service ask a server that does not run here.
        Healthcheck: { Test: ['NONE'] },
        // What it writes is read in frames, which a terminal does not have.
        TTY: false,
        OpenStdin: false,
      },
      RestartPolicy: { Condition: 'none' },
      Placement: node === undefined ? (TaskTemplate.Placement ?? {}) : { Constraints: [`node.id==${node}`] },
      Networks: TaskTemplate.Networks ?? [],
      // Bounded: the engine writes it to its disk, however much that is.
      LogDriver: { Name: 'local', Options: { 'max-size': '16m', 'max-file': '2', compress: 'false' } },
    },
    Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
  };
}

export type CommandEnd =
  | { readonly how: 'exited'; readonly exitCode: number }
  | { readonly how: 'not-started' | 'lost'; readonly why: string };

/** `undefined`: it runs, or will. */
export function endOf({ state, exitCode, error, message }: Task): CommandEnd | undefined {
  const why = error ?? message;
  switch (state) {
    case 'complete':
      return { how: 'exited', exitCode: exitCode ?? 0 };
    case 'failed':
      // A program that is not there has an exit code as well, and an error that says more.
      return exitCode !== undefined && exitCode !== 0 && (error === undefined || isExit.test(error))
        ? { how: 'exited', exitCode }
        : { how: 'not-started', why };
    case 'rejected':
      return { how: 'not-started', why };
    case 'shutdown':
    case 'orphaned':
    case 'remove':
      return { how: 'lost', why };
    default:
      return undefined;
  }
}

const isExit = /^task: non-zero exit \(\d+\)/;

/** One that has not been given to a node yet. */
export function isWaiting({ state }: Task): boolean {
  return state === 'new' || state === 'pending';
}
