/** The agent in another process, as the same `AgentApi`. */
import {
  CancellationTokenSource,
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { TidegateError } from '../common/errors.ts';
import { type AgentApi, type Call, type Method, type Params, type Results } from '../protocol/methods.ts';
import { protocolVersion } from '../protocol/version.ts';
import { fromWire } from '../server/errors-on-the-wire.ts';
import { eventProgress, eventTokenField, helloMethod, helloResult, type Hello } from '../server/wire.ts';
import { disconnected, otherProtocol } from './failures.ts';

export interface RemoteAgent extends AgentApi {
  /** Must come first. Throws `usage.invalid` when the other side speaks another version of the contract. */
  hello(): Promise<Hello>;
  /** Ends the connection; the agent cancels what it still does for us. */
  close(): void;
}

/** What a child process started with `stdio: ['pipe', 'pipe', …]` has. */
export interface Pipes {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
}

/** Talks to `tidegate agent --stdio`. Calls reject with `agent.disconnected` when it goes before it answered. */
export function connectStdio(child: Pipes): RemoteAgent {
  return new StdioAgent(child);
}

class StdioAgent implements RemoteAgent {
  readonly #connection: MessageConnection;
  readonly #input: NodeJS.WritableStream;
  #lost: TidegateError | undefined;
  #tokens = 0;

  constructor(child: Pipes) {
    this.#input = child.stdin;
    this.#connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    this.#connection.onError(([error]) => this.#lose(error.message));
    this.#connection.onClose(() => this.#lose('it closed the connection'));
    this.#connection.listen();
  }

  async hello(): Promise<Hello> {
    const answer = helloResult.safeParse(await this.#send(helloMethod, { protocolVersion }, undefined));
    if (!answer.success) throw disconnected('its answer to "hello" is not one');
    if (answer.data.protocolVersion !== protocolVersion) {
      throw otherProtocol(answer.data.protocolVersion, answer.data.version);
    }
    return answer.data;
  }

  async request<M extends Method>(method: M, params: Params<M>, call: Call): Promise<Results[M]> {
    if (this.#lost !== undefined) throw this.#lost;
    const token = ++this.#tokens;
    const events = this.#connection.onProgress(eventProgress, token, (event) => call.onEvent(event));
    try {
      // Both sides said hello with the same version of the contract, which fixes the shape of the answer.
      return (await this.#send(method, { ...params, [eventTokenField]: token }, call.signal)) as Results[M];
    } finally {
      events.dispose();
    }
  }

  close(): void {
    this.#lose('this side closed the connection');
    this.#input.end();
  }

  async #send(method: string, params: object, signal: AbortSignal | undefined): Promise<unknown> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#connection.sendRequest<unknown>(method, params, source.token);
    } catch (error) {
      throw this.#lost ?? this.#translate(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #translate(error: unknown): TidegateError {
    return error instanceof ResponseError ? fromWire(error) : disconnected(String(error));
  }

  /** The library leaves pending requests hanging when the stream closes; disposing of it rejects them. */
  #lose(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = disconnected(why);
    this.#connection.dispose();
  }
}
