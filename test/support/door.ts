/** A port that leads to another one, until it is shut. */
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Door {
  readonly port: number;
  /** Breaks every connection, and takes no new one. */
  cut(): Promise<void>;
  isCut(): boolean;
  /** On the same port again. */
  mend(): Promise<void>;
}

export async function openDoor(to: { readonly host: string; readonly port: number }): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  function serve(client: Socket): void {
    const inside = createConnection(to);
    for (const [one, other] of [
      [client, inside],
      [inside, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  async function mend(): Promise<void> {
    if (server) return;
    const next = createServer(serve);
    server = next;
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    ({ port } = next.address() as AddressInfo);
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await mend();
  return { port, cut, isCut: () => server === undefined, mend };
}
