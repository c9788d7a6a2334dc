/** One client's conversation with the agent, whatever carries its messages: hello, requests, events, cancelling. */
import {
  createMessageConnection,
  ErrorCodes,
  type CancellationToken,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { params, type AgentApi, type AgentEvent, type Method } from '../protocol/methods.ts';
import { changes } from '../protocol/reading.ts';
import { toWire } from '../protocol/connection/errors-on-the-wire.ts';
import { agentEnds, helloMissing, invalidParams, tooManyRequests, unknownMethod } from './failures.ts';
import {
  eventProgress,
  eventToken,
  eventTokenField,
  helloMethod,
  helloParams,
  type Hello,
  type HelloParams,
} from '../protocol/connection/wire.ts';

export interface SessionOptions {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  /** What a hello is answered with. */
  readonly hello: Hello;
  /** The agent for who says this hello; what it throws is the answer. */
  readonly greet: (hello: HelloParams) => AgentApi;
  /** The agent of a client that has not said hello; without it, hello must come first. */
  readonly ungreeted?: AgentApi;
  /** What becomes of running requests that change something when the client has gone. */
  readonly whenGone: 'cancel' | 'finish';
}

/** So many requests of one client run at once; more are a client out of control. */
const mostRequests = 256;

interface Running {
  readonly method: Method;
  readonly controller: AbortController;
}

export class Session {
  readonly connection: MessageConnection;
  readonly #options: SessionOptions;
  readonly #running = new Map<Promise<unknown>, Running>();
  #api: AgentApi | undefined;
  #open = true;
  #retired = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#api = options.ungreeted;
    this.connection = createMessageConnection(options.reader, options.writer);
    this.connection.onRequest((method: string, sent: unknown, token: CancellationToken) =>
      this.#answer(method, sent, token),
    );
  }

  listen(): void {
    this.connection.listen();
  }

  /** Takes no more requests; resolves when what runs has been answered. What only reads is cancelled. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#settle('finish');
    // The library writes an answer in a later turn than the one in which its request has ended.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The client has gone: cancels what is not worth finishing, waits for what runs, and lets go of the streams. */
  async close(): Promise<void> {
    this.#open = false;
    await this.#settle(this.#options.whenGone);
    this.connection.dispose();
  }

  async #settle(changing: 'cancel' | 'finish'): Promise<void> {
    for (const { method, controller } of this.#running.values())
      if (changing === 'cancel' || !changes(method)) controller.abort();
    await Promise.allSettled(this.#running.keys());
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
    this.#api = this.#options.greet(parsed.data);
    return this.#options.hello;
  }

  async #call(method: Method, sent: unknown, token: CancellationToken): Promise<unknown> {
    if (this.#api === undefined) throw helloMissing(method);
    if (this.#retired) throw agentEnds();
    const request = splitToken(sent);
    const parsed = params[method].safeParse(request.params);
    if (!parsed.success) return toWire(invalidParams(method, parsed.error), ErrorCodes.InvalidParams);
    if (this.#running.size >= mostRequests) throw tooManyRequests(mostRequests);
    const controller = new AbortController();
    // A token that was cancelled before it came here never fires.
    if (token.isCancellationRequested) controller.abort();
    const listening = token.onCancellationRequested(() => controller.abort());
    const running = this.#api.request(method, parsed.data, {
      signal: controller.signal,
      onEvent: (event) => this.#report(request.token, event),
    });
    this.#running.set(running, { method, controller });
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      listening.dispose();
    }
  }

  #report(token: string | number | undefined, event: AgentEvent): void {
    if (token === undefined || !this.#open) return;
    // A failed write also ends the conversation, by another way.
    this.connection.sendProgress(eventProgress, token, event).catch(() => undefined);
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
