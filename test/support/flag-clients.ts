/** Many clients of the stream of changes, each a socket and nothing else. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface StreamClients {
  readonly size: number;
  /** Resolves when each of them has been told so many times to load its flags again, the first time included. */
  told(times: number): Promise<void>;
  /** How many are still connected. */
  connected(): number;
  close(): void;
}

const atOnce = 250;

export async function openStreamClients(port: number, size: number): Promise<StreamClients> {
  const clients: Client[] = [];
  while (clients.length < size) {
    const more = Array.from({ length: Math.min(atOnce, size - clients.length) }, () => openClient(port));
    clients.push(...(await Promise.all(more)));
  }
  return {
    size,
    told: async (times) => {
      await Promise.all(clients.map((client) => client.told(times)));
    },
    connected: () => clients.filter(({ socket }) => !socket.destroyed).length,
    close: () => clients.forEach(({ socket }) => socket.destroy()),
  };
}

interface Client {
  readonly socket: Socket;
  told(times: number): Promise<void>;
}

async function openClient(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  const waiting = new Set<() => void>();
  let heard = 0;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard += text.split('refetchEvaluation').length - 1;
    waiting.forEach((look) => look());
  });
  socket.on('error', () => undefined);
  const told = (times: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (heard < times) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      socket.once('close', () => reject(new Error(`closed after it was told ${heard} of ${times} times`)));
      look();
    });
  await once(socket, 'connect');
  socket.write('GET /ofrep/v1/stream HTTP/1.1\r\nhost: flags\r\naccept: text/event-stream\r\n\r\n');
  await told(1);
  return { socket, told };
}
