/**
 * What the views show, kept up to date: projects of the workspace, and their environments while somebody looks. Knows
 * no editor.
 */
import type { AgentApi, FlagsResult, Params, ProgressEvent } from '../../agent/protocol/methods.ts';
import type { ProjectEnvironment } from '../../agent/protocol/project.ts';
import type { WatchUpdate } from '../../agent/protocol/watch.ts';
import type { Clock } from '../agent/clock.ts';
import { ask } from '../agent/quiet.ts';
import {
  applyUpdates,
  liveRelease,
  newEnvironment,
  nothingYet,
  type EnvironmentState,
  type LinkState,
  type ProjectState,
  type State,
} from '../model/state.ts';
import type { ExpectedFlag } from '../model/server-flags.ts';
import { troubleOf, watchEnvironment } from './environment-watch.ts';
import { followServerFlags } from './server-flags.ts';

export interface StoreDeps {
  /** The connected agent, if there is one. */
  readonly agent: () => AgentApi | undefined;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  /** What rollouts report, whoever drives them; some of it more than once after a lost connection. */
  readonly onEvent?: (about: Params<'history'>, rollout: string, event: ProgressEvent) => void;
}

/** How often a project that cannot be read is read again: what it lacks, a repository say, is no file that is watched. */
const againMs = 2_000;

type Since = Awaited<ReturnType<typeof watchEnvironment>>;

interface Watch {
  readonly stop: AbortController;
  readonly facts: string;
}

export class Store {
  readonly #deps: StoreDeps;
  readonly #listeners = new Set<(state: State) => void>();
  /** By `folder#environment`. */
  readonly #watches = new Map<string, Watch>();
  readonly #since = new Map<string, Since>();
  #state: State = nothingYet;
  #folders: readonly string[] | undefined;
  #active = false;
  #again = new AbortController();

  constructor(deps: StoreDeps) {
    this.#deps = deps;
  }

  get state(): State {
    return this.#state;
  }

  onChange(listener: (state: State) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  setTrusted(trusted: boolean): void {
    this.#set({ ...this.#state, trusted });
  }

  setLink(link: LinkState): void {
    this.#set({ ...this.#state, link });
    if (link.kind === 'connected') void this.reload();
    else this.#rest();
  }

  /** Folders that hold a tidegate.yaml. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
    const known = this.#state.projects ?? [];
    this.#setProjects(folders.map((folder) => known.find((p) => p.folder === folder) ?? newProject(folder)));
    void this.reload();
  }

  /** Environments are watched while it is true. */
  setActive(active: boolean): void {
    if (this.#active === active) return;
    this.#active = active;
    if (!active) {
      this.#rest();
      return;
    }
    // Those that are known are not kept waiting for what the files say now.
    const agent = this.#deps.agent();
    if (agent !== undefined) this.#startWatches(agent);
    void this.reload();
  }

  /** Reads what the files of the projects say now, and watches the environments they name. */
  async reload(folders: readonly string[] | undefined = this.#folders): Promise<void> {
    const agent = this.#deps.agent();
    if (agent === undefined || folders === undefined) return;
    await Promise.all(folders.map((folder) => this.#reloadProject(agent, folder)));
    if (!this.#active) return;
    this.#startWatches(agent);
    this.#readAgainLater();
  }

  /** What is overridden and served on this machine. */
  setLocal(folder: string, local: Pick<ProjectState, 'local' | 'serving'>): void {
    this.#changeProject(folder, (project) => ({ ...project, ...local }));
  }

  environment(folder: string, name: string): EnvironmentState | undefined {
    return this.#state.projects
      ?.find((project) => project.folder === folder)
      ?.environments.find(({ facts }) => facts.environment === name);
  }

  /** Reads them now. Throws why that cannot be. */
  async readFlags(about: Params<'flags.list'>): Promise<FlagsResult> {
    const agent = this.#deps.agent();
    if (agent === undefined) throw new Error('There is no connection to the agent.');
    const { folder, environment } = about;
    try {
      const flags = await ask(agent, 'flags.list', about);
      this.#change(folder, environment, (state) => ({
        ...state,
        flags,
        flagsTrouble: undefined,
        serverTrouble: undefined,
      }));
      return flags;
    } catch (error) {
      if (this.environment(folder, environment)?.facts.flagServer !== undefined)
        this.#change(folder, environment, (state) => ({ ...state, serverTrouble: troubleOf(error) }));
      throw error;
    }
  }

  /** Of every environment whose flags another server holds. What goes wrong is shown where they are. */
  async readServerFlags(): Promise<void> {
    const all = (this.#state.projects ?? []).flatMap(({ folder, environments }) =>
      environments
        .filter(({ facts }) => facts.flagServer !== undefined)
        .map(({ facts: { environment } }) => ({ folder, environment })),
    );
    await Promise.allSettled(all.map((about) => this.readFlags(about)));
  }

  /** Shows a switch before it is answered; `end` shows what is known again. */
  expectFlag(
    { folder, environment }: Params<'flags.list'>,
    key: string,
    wanted: ExpectedFlag,
  ): { end(): void } {
    const change = (changed: (expected: Map<string, ExpectedFlag>) => void): void =>
      this.#change(folder, environment, (state) => {
        const expected = new Map(state.expected);
        changed(expected);
        return { ...state, expected };
      });
    change((expected) => expected.set(key, wanted));
    return {
      end: () => {
        // A later switch of the same flag has its own end.
        change((expected) => expected.get(key) === wanted && expected.delete(key));
      },
    };
  }

  dispose(): void {
    this.#rest();
    this.#listeners.clear();
  }

  #rest(): void {
    this.#again.abort();
    this.#stopWatches();
  }

  #readAgainLater(): void {
    this.#again.abort();
    const broken = (this.#state.projects ?? []).flatMap(({ folder, trouble }) => (trouble ? folder : []));
    if (broken.length === 0) return;
    const { signal } = (this.#again = new AbortController());
    void this.#deps.clock.sleep(againMs, signal).then(() => {
      if (!signal.aborted) void this.reload(broken);
    });
  }

  async #reloadProject(agent: AgentApi, folder: string): Promise<void> {
    try {
      const { project: name, environments } = await ask(agent, 'project', { folder });
      this.#changeProject(folder, (project) => ({
        ...project,
        name,
        trouble: undefined,
        environments: environments.map((facts) => kept(project, facts)),
      }));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code === 'agent.disconnected') return;
      this.#changeProject(folder, (project) => ({ ...project, trouble }));
    }
  }

  #startWatches(agent: AgentApi): void {
    const wanted = new Map<string, { folder: string; facts: ProjectEnvironment }>(
      (this.#state.projects ?? []).flatMap(({ folder, environments }) =>
        environments.map(({ facts }) => [`${folder}#${facts.environment}`, { folder, facts }] as const),
      ),
    );
    for (const [key, { stop, facts }] of this.#watches) {
      const now = wanted.get(key);
      if (now !== undefined && JSON.stringify(now.facts) === facts) continue;
      stop.abort();
      this.#watches.delete(key);
      this.#since.delete(key);
    }
    for (const [key, { folder, facts }] of wanted)
      if (!this.#watches.has(key)) this.#startWatch(agent, key, folder, facts);
  }

  #startWatch(agent: AgentApi, key: string, folder: string, facts: ProjectEnvironment): void {
    const { environment } = facts;
    const stop = new AbortController();
    const watch: Watch = { stop, facts: JSON.stringify(facts) };
    this.#watches.set(key, watch);
    const watching = {
      ...{ folder, environment, clock: this.#deps.clock, signal: stop.signal },
      onUpdates: (updates: readonly WatchUpdate[]) => this.#apply(agent, folder, environment, updates),
      onTrouble: (trouble: EnvironmentState['trouble']) =>
        this.#change(folder, environment, (state) => ({ ...state, trouble })),
    };
    if (facts.flagServer !== undefined)
      void followServerFlags(agent, {
        ...{ folder, environment, clock: this.#deps.clock, signal: stop.signal },
        onFlags: (flags) =>
          this.#change(folder, environment, (state) => ({ ...state, flags, serverTrouble: undefined })),
        onTrouble: (serverTrouble) =>
          this.#change(folder, environment, (state) => ({ ...state, serverTrouble })),
      });
    void watchEnvironment(agent, watching, this.#since.get(key) ?? null).then((since) => {
      this.#since.set(key, since);
      if (this.#watches.get(key) === watch) this.#watches.delete(key);
    });
  }

  #stopWatches(): void {
    for (const { stop } of this.#watches.values()) stop.abort();
    this.#watches.clear();
  }

  #apply(agent: AgentApi, folder: string, environment: string, updates: readonly WatchUpdate[]): void {
    const before = this.environment(folder, environment);
    if (before === undefined) return;
    for (const update of updates) this.#tell({ folder, environment }, update);
    const { state, ended } = applyUpdates(before, updates);
    this.#change(folder, environment, () => state);
    const began = [...state.rollouts.keys()].some((id) => !before.rollouts.has(id));
    if (began || ended.length > 0 || before.history === undefined || settled(before) !== settled(state))
      void this.#readHistory(agent, { folder, environment });
    if (state.facts.flagServer !== undefined) return;
    if (before.flags === undefined || flagsMark(before) !== flagsMark(state))
      void this.#readFlags(agent, { folder, environment });
  }

  #tell(about: Params<'history'>, update: WatchUpdate): void {
    const { onEvent } = this.#deps;
    if (update.type === 'event') onEvent?.(about, update.rollout, update.event);
    if (update.type === 'snapshot')
      for (const { id, events } of update.rollouts) for (const event of events) onEvent?.(about, id, event);
  }

  async #readHistory(agent: AgentApi, params: Params<'history'>): Promise<void> {
    const { folder, environment } = params;
    await this.#read(environment, async () => {
      const { rollouts: history } = await ask(agent, 'history', params);
      this.#change(folder, environment, (state) => ({ ...state, history }));
    });
  }

  async #readFlags(agent: AgentApi, params: Params<'flags.list'>): Promise<void> {
    const { folder, environment } = params;
    await this.#read(environment, async () => {
      try {
        const flags = await ask(agent, 'flags.list', params);
        this.#change(folder, environment, (state) => ({ ...state, flags, flagsTrouble: undefined }));
      } catch (error) {
        const { code, message } = troubleOf(error);
        if (code !== 'agent.disconnected' && code !== 'environment.not-set-up')
          this.#change(folder, environment, (state) => ({ ...state, flagsTrouble: message }));
        throw error;
      }
    });
  }

  /** An environment that cannot be read says so by its status: here it is a line of the log. */
  async #read(environment: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      const { code, message } = troubleOf(error);
      if (code !== 'agent.disconnected' && code !== 'environment.not-set-up')
        this.#deps.log(`${environment}: ${message}`);
    }
  }

  #change(folder: string, environment: string, change: (state: EnvironmentState) => EnvironmentState): void {
    this.#changeProject(folder, (project) => ({
      ...project,
      environments: project.environments.map((state) =>
        state.facts.environment === environment ? change(state) : state,
      ),
    }));
  }

  #changeProject(folder: string, change: (project: ProjectState) => ProjectState): void {
    const projects = this.#state.projects ?? [];
    this.#setProjects(projects.map((project) => (project.folder === folder ? change(project) : project)));
  }

  #setProjects(projects: readonly ProjectState[]): void {
    this.#set({ ...this.#state, projects });
  }

  #set(state: State): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}

function newProject(folder: string): ProjectState {
  const name = folder.split(/[\\/]/).at(-1) ?? folder;
  return { folder, name, environments: [], trouble: undefined };
}

function kept({ environments }: ProjectState, facts: ProjectEnvironment): EnvironmentState {
  const known = environments.find((state) => state.facts.environment === facts.environment);
  return known?.facts.stack === facts.stack ? { ...known, facts } : newEnvironment(facts);
}

/** The flags are to be read again when this changes: somebody switched one, or another release defines them. */
function flagsMark(state: EnvironmentState): string {
  const live = (state.status?.services ?? []).flatMap(({ slots }) =>
    slots.flatMap(({ state: slot, release }) => (slot === 'active' ? [release?.number ?? 0] : [])),
  );
  return `${state.status?.flagsVersion ?? ''} ${live.join()} ${liveRelease(state)?.number ?? ''}`;
}

/** A rollout has gone live when it settles, which is some minutes before it ends. */
function settled(state: EnvironmentState): string {
  return [...state.rollouts.values()].map(({ id, stage }) => `${id}:${stage === 'settling'}`).join();
}
