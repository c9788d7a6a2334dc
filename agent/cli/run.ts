/** The CLI from what was typed to the exit code. Talks to the agent by its API only. */
import { codeOf, hasCode } from '../common/errors.ts';
import type { AgentApi, Method, Params, Results } from '../protocol/methods.ts';
import { changes } from '../protocol/reading.ts';
import { confirm } from './confirm.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import { helpFor, overview } from './help.ts';
import type { Host } from './host.ts';
import { openJUnitFile, type JUnitFile } from './junit-file.ts';
import { watchInterrupts } from './interrupt.ts';
import { Output, survivePipes } from './output.ts';
import { parse, wantsJson, type Invocation, type Options } from './parse.ts';
import { reports } from './report/report.ts';

/** Never rejects: whatever goes wrong is reported, and becomes an exit code. */
export async function run(host: Host): Promise<ExitCode> {
  // Whoever reads the output may go at any time; a rollout does not end for that, a reading command does.
  const reader = new AbortController();
  survivePipes(host.stdout, host.stderr, () => reader.abort());
  let options: Options = { json: wantsJson(host.argv), yes: false };
  try {
    const parsed = parse(host.argv, host.cwd);
    options = parsed.options;
    return await invoke(host, parsed.invocation, options, reader.signal);
  } catch (error) {
    new Output(host, options).error(error);
    return exitCodeOf({ kind: 'error', code: codeOf(error) }, { interrupted: false });
  }
}

async function invoke(
  host: Host,
  invocation: Invocation,
  options: Options,
  readerGone: AbortSignal,
): Promise<ExitCode> {
  const output = new Output(host, options);
  switch (invocation.kind) {
    case 'help':
      output.lines([invocation.command === undefined ? overview() : helpFor(invocation.command)]);
      return exitCodes.done;
    case 'version':
      if (options.json) output.document({ version: host.version }, 'document');
      else output.lines([host.version]);
      return exitCodes.done;
    case 'agent': {
      // JSON-RPC is loaded only where it is spoken: other commands start sooner.
      if (invocation.over === 'stdio') return (await import('./serve.ts')).serve(host);
      return (await import('./serve-user.ts')).serveUser(host);
    }
    case 'request': {
      const { command, question, request } = invocation;
      const asking = { terminal: terminalOf(host, options), yes: options.yes };
      if (question !== undefined) await confirm(command.name, question, asking);
      const junit = options.junit === undefined ? undefined : openJUnitFile(options.junit);
      const execution = new Execution(host, output, { options, junit }, readerGone);
      return execution.perform(request, async (why) => {
        // Whoever has just been asked about this very command need not be asked again.
        if (question === undefined) await confirm(command.name, why, asking);
      });
    }
  }
}

function terminalOf(
  host: Host,
  options: Options,
): { input: Host['stdin']; output: Host['stderr'] } | undefined {
  const interactive = host.stdin.isTTY === true && host.stderr.isTTY === true && !options.json;
  return interactive ? { input: host.stdin, output: host.stderr } : undefined;
}

/** One call of the agent, watched by a person who may press Ctrl-C. */
class Execution {
  readonly #host: Host;
  readonly #output: Output;
  readonly #options: Options;
  readonly #junit: JUnitFile | undefined;
  readonly #readerGone: AbortSignal;
  readonly #controller = new AbortController();
  #interrupted = false;
  #agent: AgentApi | undefined;

  constructor(
    host: Host,
    output: Output,
    { options, junit }: { readonly options: Options; readonly junit: JUnitFile | undefined },
    readerGone: AbortSignal,
  ) {
    this.#host = host;
    this.#output = output;
    this.#options = options;
    this.#junit = junit;
    this.#readerGone = readerGone;
  }

  /** `ask` resolves when the person confirms what the agent wants confirmed. */
  async perform<M extends Method>(
    request: { readonly method: M; readonly params: Params<M> },
    ask: (why: string) => Promise<void>,
  ): Promise<ExitCode> {
    const { method, params } = request;
    try {
      return this.#succeed(method, await this.#request(method, params));
    } catch (error) {
      if (!hasCode(error, 'environment.protected', 'backing.unconfirmed') || 'confirmed' in params)
        return this.#fail(method, error);
      await ask(error.message);
      return this.perform({ method, params: { ...params, confirmed: true } }, ask);
    }
  }

  async #request<M extends Method>(method: M, params: Params<M>): Promise<Results[M]> {
    const progress = this.#output.progressOf(method);
    const stopWatching = this.#watch(method, (text) => progress.say(text));
    this.#agent ??= this.#host.agent({ shared: true });
    try {
      return await this.#agent.request(method, params, {
        signal: this.#controller.signal,
        onEvent: (event) => {
          this.#junit?.add(event);
          progress.show(event);
        },
      });
    } finally {
      const problem = this.#junit?.close();
      if (problem !== undefined) progress.say(`warning: ${problem}`);
      progress.stop();
      stopWatching();
    }
  }

  #watch(method: Method, say: (text: string) => void): () => void {
    const stopReading = (): void => this.#controller.abort();
    if (!changes(method)) this.#readerGone.addEventListener('abort', stopReading, { once: true });
    const unwatch = watchInterrupts(this.#host.signals, method, {
      cancel: () => {
        this.#interrupted = true;
        this.#controller.abort();
      },
      say,
      leave: () => this.#host.leave(exitCodes.cancelled),
    });
    return () => {
      unwatch();
      this.#readerGone.removeEventListener('abort', stopReading);
    };
  }

  #succeed<M extends Method>(method: M, result: Results[M]): ExitCode {
    const report = reports[method];
    if (this.#options.json) this.#output.document(result, shapeOf(method));
    else {
      this.#output.lines(report.lines(result, this.#output.view()));
      this.#output.notes(report.notes?.(result, this.#output.view('stderr')) ?? []);
    }
    return exitCodeOf(report.ending(result), { interrupted: this.#interrupted });
  }

  #fail(method: Method, error: unknown): ExitCode {
    const code = codeOf(error);
    if (code === 'cancelled' && !changes(method)) {
      return this.#interrupted ? exitCodes.cancelled : exitCodes.done;
    }
    this.#output.error(error, shapeOf(method));
    return exitCodeOf({ kind: 'error', code }, { interrupted: this.#interrupted });
  }
}

function shapeOf(method: Method): 'document' | 'line' {
  const lines: readonly Method[] = ['logs', 'watch', 'traffic', 'flags.serve'];
  return lines.includes(method) ? 'line' : 'document';
}
