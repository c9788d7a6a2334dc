/** What an engine says about itself, whether or not it is part of a Swarm; for diagnosis. */
import * as z from 'zod';
import type { OpenEngine } from './engine.ts';
import { engineFailure, NoAnswer } from './failures.ts';

const info = z.object({
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(''),
  DockerRootDir: z.string().default(''),
  Swarm: z
    .object({ LocalNodeState: z.string().default('inactive'), ControlAvailable: z.boolean().default(false) })
    .default({ LocalNodeState: 'inactive', ControlAvailable: false }),
});

export interface EngineReport {
  /** `20.10.24` */
  readonly version: string;
  readonly system: string;
  /** Where it keeps images and volumes, on its own machine. */
  readonly rootFolder: string;
  readonly swarm: 'manager' | 'worker' | 'inactive' | 'locked' | 'starting';
}

/** Throws `engine.*` within `limitMs`. */
export async function reportEngine({ docker, name }: OpenEngine, limitMs = 10_000): Promise<EngineReport> {
  try {
    const answer = info.parse(await Promise.race([docker.info(), tooLate(limitMs)]));
    return {
      version: answer.ServerVersion,
      system: answer.OperatingSystem,
      rootFolder: answer.DockerRootDir,
      swarm: swarmOf(answer.Swarm),
    };
  } catch (error) {
    throw engineFailure(error, { engine: name, doing: 'ask what it is' });
  }
}

/** docker-modem never settles when a connection breaks in the middle of an answer. */
function tooLate(limitMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new NoAnswer(limitMs)), limitMs).unref();
  });
}

function swarmOf({
  LocalNodeState: state,
  ControlAvailable: manages,
}: z.infer<typeof info>['Swarm']): EngineReport['swarm'] {
  if (state === 'active') return manages ? 'manager' : 'worker';
  return state === 'inactive' || state === 'locked' ? state : 'starting';
}

/** Whether a registry would give the image; asks it for the digest only. Throws `engine.*` with its words when not. */
export async function askRegistry({ docker, name }: OpenEngine, ref: string): Promise<void> {
  try {
    await docker.getImage(ref).distribution();
  } catch (error) {
    throw engineFailure(error, { engine: name, doing: `ask the registry for ${ref}` });
  }
}
