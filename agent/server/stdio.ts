/** The agent behind a pair of streams: one client, JSON-RPC 2.0 with Content-Length framing. */
import { StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { AgentApi } from '../protocol/methods.ts';
import { protocolVersion } from '../protocol/version.ts';
import { notJsonRpc } from './failures.ts';
import { Session } from './session.ts';

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
  const { input, output, version, pid, onHello = () => undefined } = options;
  const session = new Session({
    reader: new StreamMessageReader(input),
    writer: new StreamMessageWriter(output),
    hello: { protocolVersion, version, pid },
    greet: () => {
      // Behind the answer, which is written in the same turn of the event loop.
      setImmediate(onHello);
      return api;
    },
    ungreeted: api,
    whenGone: 'cancel',
  });
  const ended = endOf(session, options);
  session.listen();
  try {
    await ended;
  } finally {
    await session.close();
  }
}

/** Settles when the client has gone (resolves) or sends what cannot be read (rejects). */
function endOf({ connection }: Session, options: StdioOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => resolve();
    // Standard input from a file or /dev/null ends without ever closing.
    options.input.once('end', gone);
    options.signal?.addEventListener('abort', gone, { once: true });
    if (options.signal?.aborted === true) gone();
    connection.onClose(gone);
    // A message comes with what could not be written: then it is the client that has gone.
    connection.onError(([error, message]) => {
      if (message === undefined) reject(notJsonRpc(error));
      else gone();
    });
  });
}
