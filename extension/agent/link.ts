/**
 * The connection to the user's agent: found, started when there is none, and again whenever it is lost. Several
 * windows share one agent. Knows no editor.
 */
import type { Clock } from './clock.ts';
import type { Discovered, Finding } from '../../agent/protocol/connection/discovery.ts';
import type { RemoteAgent } from '../../agent/protocol/connection/remote.ts';
import { messageOf } from '../../agent/protocol/errors.ts';
import { l10n } from '../model/l10n.ts';
import type { LinkState } from '../model/state.ts';

export interface LinkDeps {
  /** Which agent this extension brings along. */
  readonly version: string;
  readonly build: string;
  /** Of the contract that it speaks. */
  readonly protocolVersion: number;
  readonly discover: () => Promise<Finding>;
  readonly connect: (agent: Discovered) => Promise<RemoteAgent>;
  /** Says hello with this window's environment. */
  readonly greet: (remote: RemoteAgent) => Promise<unknown>;
  /** Starts one that outlives this window. */
  readonly start: () => Promise<void>;
  /** Asks a process to end when its rollouts have. */
  readonly end: (pid: number) => void;
  readonly clock: Clock;
  /** While it is false nothing is looked for, started or asked, whoever wants it. */
  readonly trusted: () => boolean;
  readonly log: (level: 'info' | 'warning', text: string) => void;
}

/** How long a started agent may take to say where it listens. */
const startMs = 10_000;
const lookMs = 50;
/** How often a lost or refused connection is tried again: soon at first, and for ever. */
const backoffMs = [200, 1_000, 2_000, 5_000, 10_000, 30_000] as const;

export class AgentLink {
  readonly #deps: LinkDeps;
  readonly #listeners = new Set<(state: LinkState) => void>();
  readonly #stop = new AbortController();
  #state: LinkState = { kind: 'idle' };
  /** Who waits for the end of a try. */
  readonly #attending: (() => void)[] = [];
  #remote: RemoteAgent | undefined;
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The connected agent, if there is one right now. */
  get agent(): RemoteAgent | undefined {
    return this.#remote;
  }

  onState(listener: (state: LinkState) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** From now on there is a connection, or it is being tried; tried at once if the last try is some time ago. */
  open(): void {
    if (!this.#deps.trusted()) return;
    this.#running ??= this.#run();
    this.#wake();
  }

  /** As `open`, where an agent runs already: starts none. */
  async meet(): Promise<void> {
    if (this.#deps.trusted() && (await this.#deps.discover()).state === 'running') this.open();
  }

  /** The connected agent as soon as there is one. Throws what stands in the way. */
  async connected(): Promise<RemoteAgent> {
    this.#needTrust();
    this.open();
    if (this.#remote === undefined) await new Promise<void>((resolve) => this.#attending.push(resolve));
    if (this.#remote !== undefined) return this.#remote;
    throw new Error(describe(this.#state));
  }

  /**
   * Lets the agent that runs end when its rollouts have ended, and starts another. Also where its discovery file is none:
   * a new agent writes it anew.
   */
  async restart(): Promise<RemoteAgent> {
    this.#needTrust();
    const found = await this.#deps.discover();
    if (found.state === 'running') {
      this.#deps.end(found.agent.pid);
      await this.#until(async () => {
        const now = await this.#deps.discover();
        return now.state !== 'running' || now.agent.pid !== found.agent.pid;
      });
    }
    if (found.state === 'unusable') {
      await this.#deps.start();
      await this.#until(async () => (await this.#deps.discover()).state !== 'unusable');
    }
    this.#remote?.close();
    this.#remote = undefined;
    this.#set({ kind: 'connecting' });
    return this.connected();
  }

  dispose(): void {
    this.#stop.abort();
    this.#wake();
    this.#remote?.close();
    this.#listeners.clear();
    this.#tryEnded();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (this.#isOpen()) {
      const remote = await this.#try();
      this.#tryEnded();
      if (remote !== undefined) {
        failures = 0;
        const why = await remote.ended;
        this.#remote = undefined;
        if (!this.#isOpen()) return;
        this.#deps.log('warning', `the agent has gone: ${why.message}`);
        this.#set({ kind: 'connecting' });
      }
      await this.#pause(backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0);
      failures += 1;
    }
  }

  async #try(): Promise<RemoteAgent | undefined> {
    // An unchanged failure stays on the screen while it is tried again: nothing flickers.
    if (this.#state.kind === 'idle') this.#set({ kind: 'connecting' });
    try {
      const agent = await this.#findOrStart();
      if (agent === undefined) return undefined;
      const remote = await this.#deps.connect(agent);
      await this.#deps.greet(remote);
      this.#remote = remote;
      this.#set({ kind: 'connected', version: agent.version, pid: agent.pid });
      return remote;
    } catch (error) {
      this.#set({ kind: 'failed', why: messageOf(error) });
      return undefined;
    }
  }

  /** `undefined`: there is one that cannot be used, and the state says why. */
  async #findOrStart(): Promise<Discovered | undefined> {
    let found = await this.#deps.discover();
    if (found.state === 'none') {
      await this.#deps.start();
      await this.#until(async () => (found = await this.#deps.discover()).state !== 'none');
    }
    switch (found.state) {
      case 'none':
        throw new Error(
          l10n.t('it was started and did not come up; its log is agent.log beside its discovery file'),
        );
      case 'unusable':
        throw new Error(found.why);
      case 'running': {
        const { agent } = found;
        const { version, build, protocolVersion } = this.#deps;
        if (agent.protocolVersion === protocolVersion && agent.version === version && agent.build === build)
          return agent;
        this.#set({ kind: 'other-version', version: agent.version, pid: agent.pid });
        return undefined;
      }
    }
  }

  /** False when the time is up. */
  async #until(condition: () => Promise<boolean>): Promise<boolean> {
    const { clock } = this.#deps;
    const deadline = clock.monotonic() + startMs;
    while (clock.monotonic() < deadline && !this.#stop.signal.aborted) {
      if (await condition()) return true;
      await clock.sleep(lookMs, this.#stop.signal);
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#deps.clock.sleep(ms, AbortSignal.any([woken.signal, this.#stop.signal]));
    this.#wake = () => undefined;
  }

  #needTrust(): void {
    if (!this.#deps.trusted())
      throw new Error(l10n.t('This workspace is not trusted: Tidegate starts nothing in it.'));
  }

  #isOpen(): boolean {
    return !this.#stop.signal.aborted;
  }

  #tryEnded(): void {
    for (const tell of this.#attending.splice(0)) tell();
  }

  #set(state: LinkState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    if (state.kind === 'failed') this.#deps.log('warning', describe(state));
    if (state.kind === 'connected')
      this.#deps.log('info', `connected to the agent ${state.version} (process ${state.pid})`);
    for (const listener of [...this.#listeners]) listener(state);
  }
}

export function describe(state: LinkState): string {
  switch (state.kind) {
    case 'idle':
    case 'connecting':
      return l10n.t('There is no connection to the agent yet.');
    case 'connected':
      return l10n.t('Connected to the agent {0}.', state.version);
    case 'other-version':
      return l10n.t(
        'An agent of another version ({0}, process {1}) runs. "Restart Agent" lets it finish its rollouts and starts the one of this extension.',
        ...[state.version, state.pid],
      );
    case 'failed':
      return l10n.t('The agent cannot be used: {0}.', state.why);
  }
}
