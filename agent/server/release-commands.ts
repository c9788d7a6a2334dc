/** Release commands of a commit: which run in a rollout, and what they write. */
import { masker } from '../build/mask.ts';
import { stagesOf } from '../common/stages.ts';
import type { AppService } from '../config/model.ts';
import { messageOf } from '../common/errors.ts';
import type { Call } from '../protocol/methods.ts';
import type { PlannedCommand } from '../protocol/plan.ts';
import type { CommandOutput } from '../release/engine.ts';
import { outputLimits, SuiteOutput, type OnLine } from '../suites/output.ts';
import type { Move, ReleaseCommand } from '../swarm/ledger/rollout.ts';
import type { Task } from '../swarm/port.ts';
import type { Place } from './place.ts';
import type { Source } from './source.ts';

/** Those of services that move, in the order of `depends_on`, also by way of services that have none. Pure. */
export function commandsOf(
  services: readonly AppService[],
  moves: readonly Move[],
): readonly ReleaseCommand[] {
  const needs = new Map(services.map(({ name, dependsOn }) => [name, dependsOn] as const));
  return stagesOf(needs)
    .flat()
    .flatMap((name) => {
      const command = services.find((service) => service.name === name)?.releaseCommand;
      if (!command || !moves.some(({ service }) => service === name)) return [];
      return [{ service: name, command: [...command.command], timeoutMs: command.timeoutMs }];
    });
}

export function plannedCommands({ project }: Source, moves: readonly Move[]): readonly PlannedCommand[] {
  return commandsOf(project.services, moves).map((one) => ({ ...one, command: commandText(one.command) }));
}

/** As a person wrote it, or nearly: `npm run migrate`. */
export function commandText(command: readonly string[]): string {
  const [shell, flag, text, ...rest] = command;
  if (shell === '/bin/sh' && flag === '-c' && text !== undefined && rest.length === 0) return text;
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

/** A migration is never stopped for what it says: it is shown up to a limit, and the rest is counted. */
const limits = { ...outputLimits, bytes: Number.POSITIVE_INFINITY };
const shownLines = 10;

/** What commands write becomes lines of the call, without the secrets they are given. */
export function commandOutput(
  place: Place,
  { source, call }: { readonly source: Source; readonly call: Call },
): CommandOutput {
  return {
    follow: async (command, task, signal) => {
      const service = source.project.services.find(({ name }) => name === command.service);
      const mask = masker(service ? secretsOf(service) : {});
      const output = new SuiteOutput(
        (text, stream) =>
          call.onEvent({ kind: 'line', source: `release ${command.service}`, stream, text: mask(text) }),
        limits,
      );
      const take: Take = (stream, bytes) => output.take({ stream, bytes });
      try {
        await listen(place, task, signal, take);
      } catch (error) {
        if (!signal.aborted)
          place.engine.log.warn({ error: messageOf(error) }, 'the output of a release command is incomplete');
      }
      output.end();
      return output.tail
        .filter((line) => line.trim() !== '')
        .slice(-shownLines)
        .map(mask);
    },
  };
}

type Take = (stream: Parameters<OnLine>[1], bytes: Uint8Array) => void;

/** From its own engine where that is ours, else by way of Swarm. */
async function listen(
  { connection, engine }: Place,
  { nodeId, containerId = '', serviceId }: Task,
  signal: AbortSignal,
  take: Take,
): Promise<void> {
  const { swarm } = engine;
  if ((await swarm.info()).nodeId === nodeId) {
    for await (const { stream, bytes } of await connection.containers.logs(containerId, signal))
      take(stream, bytes);
    return;
  }
  await swarm.services.follow(serviceId, { tail: outputLimits.lines, signal }, ({ stream, text }) =>
    take(stream, Buffer.from(`${text}\n`)),
  );
}

/** Values by name: those of its environment that look like secrets, and every secret it mounts. */
function secretsOf({ template, secrets }: AppService): Record<string, string> {
  const env = template.TaskTemplate.ContainerSpec.Env ?? [];
  const given = env.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)] as const);
  const mounted = secrets.map(
    ({ name, content }) => [`secret ${name}`, Buffer.from(content()).toString().trim()] as const,
  );
  return Object.fromEntries([...given, ...mounted]);
}
