/** JSON-RPC over a WebSocket, one message a text frame: a reader and a writer for vscode-jsonrpc. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from 'vscode-jsonrpc/node';
import type { RawData, WebSocket } from 'ws';
import { closeCodes } from './close-codes.ts';

/** Which messages a side takes; others are dropped. `undefined`: not even JSON-RPC. */
export type Sieve = (value: unknown) => 'take' | 'drop' | undefined;

export class SocketReader extends AbstractMessageReader {
  readonly #socket: WebSocket;
  readonly #sieve: Sieve;

  constructor(socket: WebSocket, sieve: Sieve) {
    super();
    this.#socket = socket;
    this.#sieve = sieve;
  }

  listen(callback: DataCallback): Disposable {
    const read = (data: RawData, isBinary: boolean): void => {
      const value = isBinary ? undefined : parsed(data);
      const verdict = this.#sieve(value);
      if (verdict === 'take') callback(value as Message);
      else if (verdict === undefined) this.#socket.close(closeCodes.notJsonRpc, 'not JSON-RPC 2.0');
    };
    const closed = (): void => this.fireClose();
    this.#socket.on('message', read);
    this.#socket.once('close', closed);
    return {
      dispose: () => {
        this.#socket.off('message', read);
        this.#socket.off('close', closed);
      },
    };
  }
}

export interface WriterOptions {
  /** Bytes that may wait in this process for a peer that reads slowly. */
  readonly queueBytes: number;
  /** Called once, when more wait. */
  readonly onSlow: (waiting: number) => void;
}

export class SocketWriter extends AbstractMessageWriter {
  readonly #socket: WebSocket;
  readonly #options: WriterOptions;
  #slow = false;

  constructor(socket: WebSocket, options: WriterOptions) {
    super();
    this.#socket = socket;
    this.#options = options;
  }

  /**
   * Never waits: whoever reads slowly must not slow down whoever writes. Never rejects either: the library lets a
   * rejected answer go unhandled, and that the peer is gone is told by the reader.
   */
  write(message: Message): Promise<void> {
    const { bufferedAmount } = this.#socket;
    if (!this.#slow && bufferedAmount > this.#options.queueBytes) {
      this.#slow = true;
      this.#options.onSlow(bufferedAmount);
    }
    if (!this.#slow && this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(JSON.stringify(message));
    return Promise.resolve();
  }

  end(): void {
    // Whoever opened the socket closes it.
  }
}

function parsed(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * What a client may send: requests, and the cancelling of one. Nothing else reaches the library, which trips over
 * a cancellation without an id and writes whole unknown messages into its log.
 */
export const fromClient: Sieve = (value) => {
  if (!isMessage(value)) return undefined;
  const { id, method, params } = value;
  if (typeof method !== 'string') return 'drop';
  if (isId(id)) return 'take';
  if (id !== undefined) return 'drop';
  return method === '$/cancelRequest' && isRecord(params) && isId(params['id']) ? 'take' : 'drop';
};

/** What an agent may send: answers, and events. */
export const fromAgent: Sieve = (value) => {
  if (!isMessage(value)) return undefined;
  const { id, method, params } = value;
  if (method === undefined)
    return isId(id) && ('result' in value || isRecord(value['error'])) ? 'take' : 'drop';
  return method === '$/progress' && isRecord(params) ? 'take' : 'drop';
};

function isMessage(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && value['jsonrpc'] === '2.0';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(id: unknown): boolean {
  return typeof id === 'string' || typeof id === 'number';
}
