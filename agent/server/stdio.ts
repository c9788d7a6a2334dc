/** The agent behind a pair of streams: one client, JSON-RPC 2.0 with Content-Length framing. */
import {
  createMessageConnection,
  ErrorCodes,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { params, type AgentApi, type AgentEvent, type Method } from '../protocol/methods.ts';
import { protocolVersion } from '../protocol/version.ts';
import { toWire } from './errors-on-the-wire.ts';
import { invalidParams, notJsonRpc, unknownMethod } from './failures.ts';
import { eventProgress, eventToken, eventTokenField, helloMethod, helloParams, type Hello } from './wire.ts';

export interface StdioOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Of Tidegate, told in the hello. */
  readonly version: string;
  readonly pid: number;
  /** Ends the serving, as if the client had gone. */
  readonly signal?: AbortSignal;
  /** Called when a hello has been answered: a client is there, and will ask for something. */
  readonly onHello?: () => void;
}

/**
 * Serves until the client closes its side; then what still runs is cancelled and waited for, since nobody is
 * left to see how it ends. Writes nothing but messages to `output`. Rejects with `usage.invalid` when the
 * input is not JSON-RPC: behind a broken frame no later byte can be trusted.
 */
export async function serveStdio(api: AgentApi, options: StdioOptions): Promise<void> {
  const session = new Session(api, options);
  try {
    await session.ended;
  } finally {
    await session.close();
  }
}

class Session {
  /** Settles when the client has gone (resolves) or sends what cannot be read (rejects). */
  readonly ended: Promise<void>;
  readonly #api: AgentApi;
  readonly #hello: Hello;
  readonly #onHello: () => void;
  readonly #connection: MessageConnection;
  readonly #running = new Map<Promise<unknown>, AbortController>();
  #open = true;

  constructor(api: AgentApi, options: StdioOptions) {
    this.#api = api;
    this.#hello = { protocolVersion, version: options.version, pid: options.pid };
    this.#onHello = options.onHello ?? (() => undefined);
    this.#connection = createMessageConnection(
      new StreamMessageReader(options.input),
      new StreamMessageWriter(options.output),
    );
    this.#connection.onRequest((method: string, sent: unknown, token: CancellationToken) =>
      this.#answer(method, sent, token),
    );
    this.ended = this.#end(options);
    this.#connection.listen();
  }

  /** Cancels what runs, waits for it, and lets go of the streams. */
  async close(): Promise<void> {
    this.#open = false;
    for (const controller of this.#running.values()) controller.abort();
    await Promise.allSettled(this.#running.keys());
    this.#connection.dispose();
  }

  #end(options: StdioOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => resolve();
      // Standard input from a file or /dev/null ends without ever closing.
      options.input.once('end', gone);
      options.signal?.addEventListener('abort', gone, { once: true });
      if (options.signal?.aborted === true) gone();
      this.#connection.onClose(gone);
      // A message comes with what could not be written: then it is the client that has gone.
      this.#connection.onError(([error, message]) => {
        if (message === undefined) reject(notJsonRpc(error));
        else gone();
      });
    });
  }

  async #answer(method: string, sent: unknown, token: CancellationToken): Promise<unknown> {
    try {
      if (method === helloMethod) return this.#greet(sent);
      if (!isMethod(method)) {
        return toWire(
          unknownMethod(method, [helloMethod, ...Object.keys(params)]),
          ErrorCodes.MethodNotFound,
        );
      }
      return await this.#call(method, sent, token);
    } catch (error) {
      return toWire(error);
    }
  }

  #greet(sent: unknown): unknown {
    const parsed = helloParams.safeParse(sent);
    if (!parsed.success) return toWire(invalidParams(helloMethod, parsed.error), ErrorCodes.InvalidParams);
    // Behind the answer, which is written in the same turn of the event loop.
    setImmediate(this.#onHello);
    return this.#hello;
  }

  async #call(method: Method, sent: unknown, token: CancellationToken): Promise<unknown> {
    const request = splitToken(sent);
    const parsed = params[method].safeParse(request.params);
    if (!parsed.success) return toWire(invalidParams(method, parsed.error), ErrorCodes.InvalidParams);
    const controller = new AbortController();
    // A token that was cancelled before it came here never fires.
    if (token.isCancellationRequested) controller.abort();
    const listening = token.onCancellationRequested(() => controller.abort());
    const running = this.#api.request(method, parsed.data, {
      signal: controller.signal,
      onEvent: (event) => this.#report(request.token, event),
    });
    this.#running.set(running, controller);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      listening.dispose();
    }
  }

  #report(token: string | number | undefined, event: AgentEvent): void {
    if (token === undefined || !this.#open) return;
    // A failed write also reaches `onError`, which ends the session.
    this.#connection.sendProgress(eventProgress, token, event).catch(() => undefined);
  }
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(params, name);
}

/** The client's event token stands beside the method's own parameters, which are strict about strangers. */
function splitToken(sent: unknown): { params: unknown; token: string | number | undefined } {
  if (sent === null || typeof sent !== 'object' || !(eventTokenField in sent)) {
    return { params: sent, token: undefined };
  }
  const { [eventTokenField]: given, ...rest } = sent;
  const token = eventToken.safeParse(given);
  return token.success ? { params: rest, token: token.data } : { params: sent, token: undefined };
}
