/** One project's flags, served on this machine out of its working tree: files, states and overrides in, answers out. */
import path from 'node:path';
import { messageOf, TidegateError } from '../../common/errors.ts';
import { canonicalJson } from '../../common/canonical.ts';
import { oneAtATime } from '../../common/one-at-a-time.ts';
import { serveLocally, type LocalServer } from '../../flags/serving/local.ts';
import type { Environment, Problem } from '../../config/model.ts';
import type { ServedFlags, ServingEvent, ServingProblem } from '../../protocol/local-flags.ts';
import type { Agent } from '../agent.ts';
import { projectOf, type Checkout } from '../place.ts';
import { urlOf, usualPorts, variablesOf } from './addresses.ts';
import { openAnnouncements } from './announcements.ts';
import { followStates } from './environment-states.ts';
import { portTaken } from './failures.ts';
import { LocalSource } from './local-source.ts';
import { openOverrideFiles, type OverrideFiles } from './override-files.ts';
import { toldOverride } from './told-overrides.ts';
import { watchFolders } from './watch-folders.ts';
import { openWorkingFlags, type WorkingFlags } from './working-flags.ts';

export interface ServingOptions {
  readonly checkout: Checkout;
  readonly environment: Environment;
  readonly states: ServingEvent['states'];
  readonly port: number | null;
}

export interface Serving {
  readonly now: () => ServingEvent;
  /** Returns how to stop. */
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}

/** Listens when it resolves. Throws `flags.no-file`, `flags.port-taken` and `agent.unsafe`. */
export async function startServing(agent: Agent, options: ServingOptions): Promise<Serving> {
  const { checkout, environment, states } = options;
  const project = projectOf(checkout);
  const work = new Work(agent, options, openOverrideFiles(agent.folders.state, project));
  const stops: (() => void)[] = [() => work.close()];
  try {
    await work.begin();
    const { ports, close } = await listen(work.source, options, project);
    stops.push(close);
    const served: ServedFlags = {
      ...{ environment: environment.name, states, url: urlOf(ports), variables: variablesOf(ports) },
      pid: process.pid,
    };
    const takeBack = await openAnnouncements(agent.folders.runtime, project).announce(served);
    const moved = options.port === null && ports.http !== usualPorts(project, environment.name).http;
    return {
      now: () => ({ kind: 'serving', ...served, ...work.told(), moved }),
      onChange: (listener) => work.onChange(listener),
      close: async () => {
        for (const stop of stops) stop();
        await takeBack();
      },
    };
  } catch (error) {
    for (const stop of stops) stop();
    throw error;
  }
}

async function listen(
  source: LocalSource,
  { port, environment }: ServingOptions,
  project: string,
): Promise<LocalServer> {
  if (port !== null)
    return serveLocally(source, { http: port, flagd: port + 1 }).catch((error: unknown) => {
      throw portTaken(port, messageOf(error));
    });
  return serveLocally(source, usualPorts(project, environment.name)).catch(() =>
    serveLocally(source, { http: 0, flagd: 0 }),
  );
}

type Told = Pick<ServingEvent, 'file' | 'flags' | 'digest' | 'overrides' | 'problems' | 'statesProblem'>;

/** What is read, again and again, and what came of it. */
class Work {
  readonly source = new LocalSource();
  readonly #agent: Agent;
  readonly #options: ServingOptions;
  readonly #overrides: OverrideFiles;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  readonly #look: () => Promise<void>;
  readonly #read: () => Promise<WorkingFlags>;
  /** What was read last; `undefined`: it could not be. */
  #last: WorkingFlags | undefined;
  #file = '';
  #problems: readonly ServingProblem[] = [];
  #statesProblem: string | null = null;
  #told = '';

  constructor(agent: Agent, options: ServingOptions, overrides: OverrideFiles) {
    this.#agent = agent;
    this.#options = options;
    this.#overrides = overrides;
    this.#read = openWorkingFlags(agent, options.checkout, options.environment.name);
    this.#look = oneAtATime(async () => {
      await Promise.all([this.#readFile(), this.#readOverrides()]);
      this.#tell();
    });
  }

  async begin(): Promise<void> {
    const { checkout, environment, states } = this.#options;
    // Before the first look, so that a project without flags is refused and not served as one whose file is broken.
    const { file } = await this.#read();
    const folders = [projectOf(checkout), path.dirname(path.join(checkout.repository.root, file))];
    folders.push(await this.#overrides.folder());
    this.#stops.push(watchFolders(folders, () => void this.#look()));
    await this.#look();
    if (states === 'environment') await this.#follow(environment);
  }

  told(): Told {
    const { definitions, overrides } = this.source.inputs;
    const document = this.source.document();
    return {
      file: this.#file,
      flags: document?.flags.size ?? null,
      digest: document?.digest ?? null,
      overrides: overrides.map((one) => toldOverride(one, definitions)),
      problems: this.#problems,
      statesProblem: this.#statesProblem,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  async #follow(environment: Environment): Promise<void> {
    const { first, close } = followStates(this.#agent, environment, {
      onStates: (states) => {
        this.source.set({ states });
        this.#statesProblem = null;
        this.#tell();
      },
      onProblem: (why) => {
        this.#statesProblem = why;
        this.#tell();
      },
    });
    this.#stops.push(close);
    await first;
  }

  /** A file that is wrong changes nothing but what is told of it. */
  async #readFile(): Promise<void> {
    try {
      const read = await this.#read();
      if (read === this.#last) return;
      this.#last = read;
      this.#file = read.file;
      this.#problems = read.problems.map(toldProblem);
      if (read.problems.length === 0) this.source.set({ definitions: read.definitions });
    } catch (error) {
      this.#last = undefined;
      const file = path.join(this.#options.checkout.folder, 'tidegate.yaml');
      const hint = error instanceof TidegateError ? (error.hint ?? '') : '';
      this.#problems = [{ file, line: 1, column: 1, message: messageOf(error), hint }];
    }
  }

  async #readOverrides(): Promise<void> {
    const overrides = await this.#overrides.list();
    if (canonicalJson(overrides) !== canonicalJson(this.source.inputs.overrides))
      this.source.set({ overrides });
  }

  #tell(): void {
    const now = JSON.stringify(this.told());
    if (now === this.#told) return;
    this.#told = now;
    for (const listener of [...this.#listeners]) listener();
  }
}

function toldProblem({ file, line, column, message, hint }: Problem): ServingProblem {
  return { file, line, column, message, hint };
}
