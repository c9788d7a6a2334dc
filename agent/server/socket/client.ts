/** One client of the agent: its socket, its session, its heartbeat. */
import type { WebSocket } from 'ws';
import { helloTwice } from '../failures.ts';
import { Session } from '../session.ts';
import { checkSessionEnvironment } from '../session-env.ts';
import { closeCodes } from '../../protocol/connection/close-codes.ts';
import { fromClient, SocketReader, SocketWriter } from '../../protocol/connection/messages.ts';
import type { Lent, SocketServerOptions } from './serve-socket.ts';

/** How long a client may take to answer the closing of its connection. */
const farewellMs = 2_000;

export class Client {
  /** Settles when the client has gone and everything it left running has ended. */
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  readonly #session: Session;
  readonly #options: SocketServerOptions;
  readonly #helloLimit: NodeJS.Timeout;
  #lent: Lent | undefined;
  #answered = true;

  constructor(socket: WebSocket, options: SocketServerOptions) {
    this.#socket = socket;
    this.#options = options;
    // ws closes the connection itself after an error (a frame that is none, a message that is too long).
    socket.on('error', (error) =>
      options.log.warn({ error: error.message }, 'a client sent what cannot be read'),
    );
    socket.on('pong', () => (this.#answered = true));
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const onSlow = (waiting: number): void => {
      options.log.warn({ waiting }, 'a client reads too slowly');
      this.#close(closeCodes.tooSlow, `too slow: ${waiting} bytes wait to be read`);
    };
    this.#session = new Session({
      reader: new SocketReader(socket, fromClient),
      writer: new SocketWriter(socket, { queueBytes: options.limits.queueBytes, onSlow }),
      hello: options.hello,
      greet: (hello) => {
        if (this.#lent !== undefined) throw helloTwice();
        checkSessionEnvironment(hello.env ?? {});
        this.#lent = options.lend(hello);
        clearTimeout(this.#helloLimit);
        return this.#lent.api;
      },
      whenGone: 'finish',
    });
    this.#helloLimit = setTimeout(() => this.#close(closeCodes.noHello, 'no hello'), options.limits.helloMs);
    this.ended = gone.then(() => this.#end());
    this.#session.listen();
  }

  /** A half-open connection, and a client that stopped reading, answer no ping. */
  beat(): void {
    if (!this.#answered) {
      this.#options.log.warn({}, 'a client answers no ping');
      this.#socket.terminate();
      return;
    }
    this.#answered = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Closes the connection, behind the answers to what the client changes right now. */
  async leave(code: number, reason: string): Promise<void> {
    await this.#session.retire();
    this.#close(code, reason);
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), farewellMs).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#helloLimit);
    await this.#session.close();
    this.#lent?.release();
  }
}
