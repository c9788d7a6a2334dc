/**
 * Release commands: each runs once in a rollout, as a task of its own in the new image. It is found again by its name, so
 * whoever takes over waits for the one that runs, and starts no second one.
 */
import { hasCode } from '../../common/errors.ts';
import type { ReleaseCommand } from '../../swarm/ledger/rollout.ts';
import type { ServiceObject, Task } from '../../swarm/port.ts';
import { commandRunName, commandSpec, endOf, isWaiting, type CommandEnd } from '../command-run.ts';
import type { CommandOutput, ReleaseEngine, Rollout } from '../engine.ts';
import { fencedOff } from '../failures.ts';
import { releaseLock } from '../lock.ts';
import { waitsForCommand, type RolloutEvent } from '../machine.ts';
import { withFileIds } from '../mounted-files.ts';
import { slotNetworks } from '../networks.ts';
import { endTasks } from './slots.ts';
import { contentOf, targetRelease } from './target.ts';

/** Swarm gives a task to a node at once, or there is none that takes it. */
const placedMs = 60_000;
/** What a program wrote last may come after the news of its end. */
const outputGraceMs = 5_000;
const pollMs = 300;

/** Nothing of the environment is changed meanwhile, so the lock is given back. */
export async function runCommand(
  rollout: Rollout,
  { command: index, output }: { readonly command: number; readonly output: CommandOutput | undefined },
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const command = head.commands?.[index];
  if (!command) return { type: 'command-done' };
  await releaseLock(rollout);
  const name = commandRunName(engine.ledger.stack, head.id, index);
  await startOnce(rollout, name, command);
  const listener = new Listener(engine, command, output);
  try {
    const end = await untilEnded(engine, { name, command, signal, onTask: (task) => listener.hear(task) });
    const tail = await listener.lastLines();
    if (end.how === 'exited' && end.exitCode === 0) return { type: 'command-done' };
    return { type: 'failed', reason: 'command-failed', detail: failureDetail(command, end, tail) };
  } finally {
    listener.stop();
  }
}

/**
 * On the way back. One whose driver is gone is waited for: nobody said that it should stop, and a migration that is
 * cut off is worse than one that is finished. Every other is told to end, and has its service's stop grace for that.
 */
export async function endCommand(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { engine, head, state } = rollout;
  const found = await runningCommand(rollout);
  if (!found) return { type: 'command-ended' };
  const { command, service } = found;
  let detail: string | undefined;
  if (waitsForCommand(state)) {
    const { name } = service;
    const end = await untilEnded(engine, { name, command, signal, onTask: () => undefined });
    detail = `the release command of ${command.service} was waited for: it ${wordsOf(command, end)}, and what it changed stays`;
  }
  engine.log.info({ rollout: head.id, service: command.service }, 'ending the release command');
  await endTasks(engine, service.name, signal);
  return { type: 'command-ended', ...(detail !== undefined && { detail }) };
}

/** The last one that was started: those before it have ended. */
async function runningCommand({
  engine,
  head,
}: Rollout): Promise<{ readonly command: ReleaseCommand; readonly service: ServiceObject } | undefined> {
  const { swarm, ledger } = engine;
  for (const [index, command] of [...(head.commands ?? []).entries()].reverse()) {
    const service = await swarm.services.get(commandRunName(ledger.stack, head.id, index));
    if (service) return { command, service };
  }
  return undefined;
}

async function startOnce(rollout: Rollout, name: string, command: ReleaseCommand): Promise<void> {
  const { engine, head } = rollout;
  const { swarm, ledger } = engine;
  if (await swarm.services.get(name)) return;
  const release = await targetRelease(rollout);
  const content = await withFileIds(swarm, release.number, contentOf(release, command.service));
  const spec = commandSpec({
    name,
    rollout: head.id,
    command,
    stack: ledger.stack,
    release: release.number,
    content,
    networks: await slotNetworks(swarm, ledger.stack, content),
    node: await nodeFor(engine, content.spec.TaskTemplate.Placement),
  });
  // A laptop that slept may wake up just here, long after another driver went back.
  const driver = (await ledger.journals.get(head.id))?.value.driver;
  if (driver !== engine.driver) throw fencedOff(head.id, driver);
  await swarm.services.create(spec).catch((error: unknown) => {
    // Begun before the driver before us died.
    if (!hasCode(error, 'swarm.conflict')) throw error;
  });
}

/** Here, if the service may run here: what it writes is read best from its own engine. */
async function nodeFor(
  { swarm }: ReleaseEngine,
  placement: Record<string, unknown> | undefined,
): Promise<string | undefined> {
  const constraints = placement?.['Constraints'] as readonly string[] | undefined;
  if (constraints !== undefined && constraints.length > 0) return undefined;
  const [{ nodeId }, nodes] = await Promise.all([swarm.info(), swarm.nodes()]);
  const here = nodes.find(({ id }) => id === nodeId);
  return here?.availability === 'active' && here.state === 'ready' ? nodeId : undefined;
}

interface Waiting {
  readonly name: string;
  readonly command: ReleaseCommand;
  readonly signal: AbortSignal;
  readonly onTask: (task: Task) => void;
}

type End = CommandEnd | { readonly how: 'timeout' };

async function untilEnded(
  { swarm, changes, clock }: ReleaseEngine,
  { name, command, signal, onTask }: Waiting,
): Promise<End> {
  const placedBy = clock.monotonic() + placedMs;
  const end = await changes.until<End>(
    async () => {
      const [task] = await swarm.tasks.list({ service: name });
      if (!task)
        return (await swarm.services.get(name))
          ? undefined
          : { how: 'lost', why: 'somebody removed its service' };
      onTask(task);
      if (isWaiting(task) && clock.monotonic() > placedBy)
        return { how: 'not-started', why: `no node took it within ${placedMs / 1000} s: ${wordsIn(task)}` };
      return endOf(task);
    },
    { limitMs: command.timeoutMs, pollMs, signal },
  );
  return end ?? { how: 'timeout' };
}

const wordsIn = ({ error, message }: Task): string => error ?? message;

/** Listens to the task once it has a container. */
class Listener {
  readonly #engine: ReleaseEngine;
  readonly #command: ReleaseCommand;
  readonly #output: CommandOutput | undefined;
  readonly #stopping = new AbortController();
  #tail: Promise<readonly string[]> | undefined;

  constructor(engine: ReleaseEngine, command: ReleaseCommand, output: CommandOutput | undefined) {
    this.#engine = engine;
    this.#command = command;
    this.#output = output;
  }

  hear(task: Task): void {
    if (task.containerId === undefined || !this.#output) return;
    this.#tail ??= this.#output.follow(this.#command, task, this.#stopping.signal);
  }

  async lastLines(): Promise<readonly string[]> {
    if (!this.#tail) return [];
    const late = new AbortController();
    void this.#engine.clock.sleep(outputGraceMs, late.signal).then(
      () => this.stop(),
      () => undefined,
    );
    try {
      return await this.#tail;
    } finally {
      late.abort();
    }
  }

  stop(): void {
    this.#stopping.abort();
  }
}

function failureDetail(command: ReleaseCommand, end: End, tail: readonly string[]): string {
  const said = tail.length === 0 ? [] : ['  last lines of its output:', ...tail.map((line) => `    ${line}`)];
  const then =
    end.how === 'not-started'
      ? '  nothing was placed, and the command changed nothing: deploy again when that is repaired'
      : '  nothing was placed; what the command changed until then stays: repair it, then deploy again';
  return [`the release command of ${command.service} ${wordsOf(command, end)}`, ...said, then].join('\n');
}

function wordsOf({ timeoutMs }: ReleaseCommand, end: End): string {
  switch (end.how) {
    case 'exited':
      return `ended with exit code ${end.exitCode}`;
    case 'not-started':
      return `could not be started: ${end.why}`;
    case 'lost':
      return `did not come to its end: ${end.why}`;
    case 'timeout':
      return `did not end within ${timeoutMs / 1000} s (its timeout) and was told to stop`;
  }
}
