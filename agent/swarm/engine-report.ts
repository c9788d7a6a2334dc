/** What an engine says about itself, whether or not it is part of a Swarm; for diagnosis. */
import * as z from 'zod';
import type { OpenEngine } from './engine.ts';
import { unsupported } from './engine-kind.ts';
import { engineFailure, NoAnswer } from './failures.ts';

const info = z.object({
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(''),
  DockerRootDir: z.string().default(''),
  Name: z.string().default(''),
  Swarm: z
    .object({
      LocalNodeState: z.string().default('inactive'),
      ControlAvailable: z.boolean().default(false),
      Nodes: z.number().default(0),
      Cluster: z.object({ ID: z.string() }).nullish(),
    })
    .default({ LocalNodeState: 'inactive', ControlAvailable: false, Nodes: 0, Cluster: undefined }),
});

export interface EngineReport {
  /** `20.10.24` */
  readonly version: string;
  readonly system: string;
  /** Where it keeps images and volumes, on its own machine. */
  readonly rootFolder: string;
  readonly swarm: 'manager' | 'worker' | 'inactive' | 'locked' | 'starting';
  /** Name of the machine it runs on. */
  readonly machine: string;
  /** Known to managers only. */
  readonly cluster: { readonly id: string; readonly nodes: number } | undefined;
}

/** Throws `engine.*` (`engine.unsupported` for Podman and rootless engines) within `limitMs`. */
export async function reportEngine({ docker, name }: OpenEngine, limitMs = 10_000): Promise<EngineReport> {
  try {
    const asked: Promise<readonly [unknown, unknown]> = Promise.all([docker.info(), docker.version()]);
    const [about, version] = await Promise.race([asked, tooLate(limitMs)]);
    const hindrance = unsupported(name, { info: about, version });
    if (hindrance) throw hindrance;
    const answer = info.parse(about);
    return {
      version: answer.ServerVersion,
      system: answer.OperatingSystem,
      rootFolder: answer.DockerRootDir,
      swarm: swarmOf(answer.Swarm),
      machine: answer.Name,
      cluster: answer.Swarm.Cluster ? { id: answer.Swarm.Cluster.ID, nodes: answer.Swarm.Nodes } : undefined,
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
