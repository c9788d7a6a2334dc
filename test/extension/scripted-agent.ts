/** An agent that the extension finds like any other, and that answers what a test tells it to. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import metadata from '../../package.json' with { type: 'json' };
import { silentLog } from '../../agent/common/log.ts';
import { discoveryFolder, makeFolder } from '../../agent/protocol/connection/folder.ts';
import type { AgentEvent, Call, Method, Params, Results } from '../../agent/protocol/methods.ts';
import { protocolVersion } from '../../agent/protocol/version.ts';
import { announce } from '../../agent/server/discovery/announce.ts';
import { defaultLimits, serveSocket } from '../../agent/server/socket/serve-socket.ts';

export type Answers = { [M in Method]?: (params: Params<M>, call: Call) => Promise<Results[M]> | Results[M] };

export interface Asked {
  readonly method: Method;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Asked whenever a file has changed, or somebody moves in it. */
const background: readonly Method[] = ['outline', 'validate', 'complete', 'hover', 'flags.local'];

export interface ScriptedAs {
  /** `dist/tidegate.js` of the extension that is to use it. */
  readonly program: string;
  /** Where its clients look for it. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly protocolVersion?: number;
}

export class ScriptedAgent {
  /** What was asked, oldest first; without what only reads in the background. */
  readonly asked: Asked[] = [];
  answers: Answers;
  readonly #askedFor: (() => void)[] = [];
  readonly #stop: () => Promise<void>;
  /** With the environment that each of them watches. */
  readonly #watchers = new Map<(event: AgentEvent) => void, string>();

  private constructor(answers: Answers, stop: () => Promise<void>) {
    this.answers = answers;
    this.#stop = stop;
  }

  static async start(
    answers: Answers,
    { program, env = process.env, ...as }: ScriptedAs,
  ): Promise<ScriptedAgent> {
    const token = randomBytes(32).toString('base64url');
    const { version } = metadata;
    const spoken = as.protocolVersion ?? protocolVersion;
    const holder: { agent?: ScriptedAgent } = {};
    const server = await serveSocket({
      hello: { protocolVersion: spoken, version, pid: process.pid },
      token,
      lend: () => ({
        api: {
          request: (method, params, call) =>
            holder.agent?.answer(method, params, call) ?? Promise.reject(new Error('too early')),
        },
        release: () => undefined,
      }),
      limits: defaultLimits,
      log: silentLog,
    });
    const folder = discoveryFolder(env);
    await makeFolder(folder);
    const takeBack = await announce(folder, {
      ...{
        pid: process.pid,
        port: server.port,
        token,
        version,
        build: buildOf(program),
        protocolVersion: spoken,
      },
    });
    holder.agent = new ScriptedAgent(answers, async () => {
      await takeBack();
      server.stop();
      await server.ended;
    });
    return holder.agent;
  }

  /** Goes away like an agent that was killed: its clients are cut off. */
  stop(): Promise<void> {
    return this.#stop();
  }

  /** How many environments are watched. */
  get watched(): number {
    return this.#watchers.size;
  }

  /** Tells everybody who watches that environment, or any. */
  tell(event: AgentEvent, environment?: string): void {
    for (const [watcher, watched] of this.#watchers)
      if (environment === undefined || watched === environment) watcher(event);
  }

  /** Resolves when it has been asked for this so often. */
  async untilAsked(method: Method, times: number): Promise<void> {
    while (this.asksFor(method).length < times)
      await new Promise<void>((resolve) => this.#askedFor.push(resolve));
  }

  asksFor(method: Method): readonly Asked[] {
    return this.asked.filter((one) => one.method === method);
  }

  private async answer<M extends Method>(method: M, params: Params<M>, call: Call): Promise<Results[M]> {
    if (!background.includes(method)) this.asked.push({ method, params });
    for (const tell of this.#askedFor.splice(0)) tell();
    if (method === 'watch') return (await this.#watch(params as Params<'watch'>, call)) as Results[M];
    const answer = this.answers[method];
    if (answer === undefined) throw new Error(`nobody told the scripted agent about ${method}`);
    return answer(params, call);
  }

  async #watch(params: Params<'watch'>, call: Call): Promise<Results['watch']> {
    await this.answers.watch?.(params, call);
    this.#watchers.set(call.onEvent, params.environment);
    await new Promise<void>((resolve) =>
      call.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    this.#watchers.delete(call.onEvent);
    return { feed: 'f', sequence: 0 };
  }
}

/** An agent is named by the content of its program. */
function buildOf(program: string): string {
  return createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 12);
}
