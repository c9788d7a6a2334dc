/**
 * A Docker Engine in Swarm mode, whatever it takes: the one that is found, else a private one. Everything that
 * changes the machine is said, and asked for on a terminal.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { openEngine } from '../../agent/swarm/engine.ts';
import { engineFailure } from '../../agent/swarm/failures.ts';
import type { EngineLocation } from '../../agent/swarm/reach/location.ts';
import type { Surroundings } from '../../agent/swarm/reach/surroundings.ts';
import type { Consent } from '../consent.ts';
import { findEngine } from './find.ts';
import { installEngine } from './install.ts';
import {
  canRunPrivateEngine,
  isPrivateEngineRunning,
  removePrivateEngine,
  startPrivateEngine,
} from './private-engine.ts';
import { engineFolder } from './private-folder.ts';
import { ensureSwarmMode, undoSwarmMode } from './swarm-mode.ts';

export interface ReadyEngine {
  /** For DOCKER_HOST: `unix://…` or `tcp://…`. */
  readonly host: string;
  readonly docker: Docker;
  /** True for the checkout's own engine. */
  readonly private: boolean;
  readonly startedHere: boolean;
  /** Stops a private engine, keeping its data; does nothing to any other. */
  stop(): Promise<void>;
  /** Ends this process's connections to it. */
  close(): void;
}

export interface EngineOptions {
  /** The checkout. */
  readonly root: string;
  readonly around: Surroundings;
  readonly consent: Consent;
  readonly say: (line: string) => void;
}

/** Throws one clear sentence where no engine can be had, or a TidegateError where the one found does not work. */
export async function ensureEngine(options: EngineOptions): Promise<ReadyEngine> {
  const engine = (await findReady(options)) ?? (await installed(options)) ?? (await startOwn(options));
  try {
    await ensureSwarmMode(engine.docker, { ...options, loopback: engine.private });
  } catch (error) {
    engine.close();
    throw isOfTheEngine(error)
      ? engineFailure(error, { engine: engine.host, doing: 'see whether it is a Swarm' })
      : error;
  }
  return engine;
}

/** The engine that is there, without starting or changing anything. */
export async function findReady({
  around,
  root,
}: Pick<EngineOptions, 'around' | 'root'>): Promise<ReadyEngine | undefined> {
  const found = await findEngine(around);
  if (found) return notOurs(found);
  if (await isPrivateEngineRunning(root)) return own(await startPrivateEngine(root));
  return undefined;
}

/** Undoes `ensureEngine`: Swarm mode if it was turned on, the private engine if there is one. Packages stay. */
export async function removeEngine({ root, around, say }: Omit<EngineOptions, 'consent'>): Promise<void> {
  if ((await removePrivateEngine(root)) === 'removed') say('The private Docker Engine is removed.');
  const found = await findEngine(around);
  if (!found) return;
  const engine = notOurs(found);
  try {
    const outcome = await undoSwarmMode(engine.docker, root);
    if (outcome === 'turned off') say('Swarm mode is off again.');
    if (outcome === 'in use')
      say('Swarm mode stays on: there are other services, configs or secrets on this Swarm.');
  } finally {
    engine.close();
  }
}

async function installed({ consent, say, root, around }: EngineOptions): Promise<ReadyEngine | undefined> {
  await installEngine(consent, say);
  // The package starts the standard engine where a service manager runs; it takes a moment.
  const deadline = performance.now() + 3_000;
  do {
    const engine = await findReady({ around, root });
    if (engine) return engine;
    await delay(200);
  } while (performance.now() < deadline);
  return undefined;
}

async function startOwn({ root, consent, say }: EngineOptions): Promise<ReadyEngine> {
  if (!(await canRunPrivateEngine()))
    throw new Error(
      'Docker Engine is installed but does not answer. Start it (systemctl start docker), or set DOCKER_HOST.',
    );
  await consent('No Docker Engine is running. Start a private one in .tidegate/engine?');
  say(`Starting a private Docker Engine in ${engineFolder(root).folder} …`);
  return own(await startPrivateEngine(root));
}

function own(engine: Awaited<ReturnType<typeof startPrivateEngine>>): ReadyEngine {
  const path = engine.host.slice('unix://'.length);
  const opened = openEngine({ kind: 'socket', path, name: engine.host, source: 'the private engine' });
  return { ...engine, private: true, docker: opened.docker, close: () => opened.close() };
}

function notOurs(location: EngineLocation): ReadyEngine {
  const opened = openEngine(location);
  return {
    host: location.name,
    docker: opened.docker,
    private: false,
    startedHere: false,
    stop: () => Promise.resolve(),
    close: () => opened.close(),
  };
}

/** What dockerode throws has an HTTP status or a system error's code. */
const isOfTheEngine = (error: unknown): boolean =>
  error instanceof Error && ('statusCode' in error || 'code' in error);
