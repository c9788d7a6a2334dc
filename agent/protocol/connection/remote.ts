/** The agent in another process, as the same `AgentApi`: over its pipes, or over a WebSocket of this machine. */
import {
  CancellationTokenSource,
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import type { TidegateError } from '../errors.ts';
import type { AgentApi, Call, Method, Params, Results } from '../methods.ts';
import { protocolVersion } from '../version.ts';
import { fromWire } from './errors-on-the-wire.ts';
import {
  eventProgress,
  eventTokenField,
  helloMethod,
  helloResult,
  type Hello,
  type HelloParams,
} from './wire.ts';
import { disconnected, otherProtocol } from './failures.ts';

export interface RemoteAgent extends AgentApi {
  /**
   * Must come first; an agent on a WebSocket needs the session's environment with it. Throws `usage.invalid` when
   * the other side speaks another version of the contract.
   */
  hello(session?: Pick<HelloParams, 'env' | 'variables'>): Promise<Hello>;
  /** Resolves when the connection has ended, with why. */
  readonly ended: Promise<TidegateError>;
  /** Ends the connection. An agent on pipes cancels what it still does for us; one on a WebSocket only what reads. */
  close(): void;
}

/** What a child process started with `stdio: ['pipe', 'pipe', …]` has. */
export interface Pipes {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
}

/** Talks to `tidegate agent --stdio`. Calls reject with `agent.disconnected` when it goes before it answered. */
export function connectStdio(child: Pipes): RemoteAgent {
  return new ConnectedAgent({
    reader: new StreamMessageReader(child.stdout),
    writer: new StreamMessageWriter(child.stdin),
    close: () => child.stdin.end(),
  });
}

export interface Wire {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly close: () => void;
  /** Why the other side closed, where that can be told. */
  readonly why?: () => string | undefined;
}

export class ConnectedAgent implements RemoteAgent {
  readonly #connection: MessageConnection;
  readonly #wire: Wire;
  readonly ended: Promise<TidegateError>;
  #lost: TidegateError | undefined;
  #tellEnd: (why: TidegateError) => void = () => undefined;
  #tokens = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.#connection = createMessageConnection(wire.reader, wire.writer);
    this.#connection.onError(([error]) => this.#lose(error.message));
    this.#connection.onClose(() => this.#lose(wire.why?.() ?? 'it closed the connection'));
    this.#connection.listen();
  }

  async hello(session: Pick<HelloParams, 'env' | 'variables'> = {}): Promise<Hello> {
    const sent = { protocolVersion, ...session };
    const answer = helloResult.safeParse(await this.#send(helloMethod, sent, undefined));
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
    this.#wire.close();
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
    this.#tellEnd(this.#lost);
  }
}
