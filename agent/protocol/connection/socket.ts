/** The agent that runs already, on its WebSocket. */
import { WebSocket } from 'ws';
import { fromAgent, SocketReader, SocketWriter } from './messages.ts';
import { disconnected } from './failures.ts';
import { ConnectedAgent, type RemoteAgent } from './remote.ts';
import { address } from './wire.ts';

/** A snapshot of a long rollout is some megabytes at most. */
const longestMessage = 64_000_000;
/** It is on this machine: an agent that takes longer does not live any more. */
const connectMs = 3_000;

/** Throws `agent.disconnected` when nobody is there, or somebody who does not take this token. */
export async function connectSocket(at: {
  readonly port: number;
  readonly token: string;
}): Promise<RemoteAgent> {
  const socket = new WebSocket(`ws://${address}:${at.port}/`, {
    headers: { authorization: `Bearer ${at.token}` },
    handshakeTimeout: connectMs,
    maxPayload: longestMessage,
    perMessageDeflate: false,
    followRedirects: false,
  });
  let closing: string | undefined;
  socket.on('close', (code, reason) => {
    closing ??= reason.length > 0 ? `it closed the connection: ${reason.toString()}` : `closed with ${code}`;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(disconnected(error.message)));
  });
  // What goes wrong from now on is told by the closing of the connection.
  socket.on('error', () => undefined);
  return new ConnectedAgent({
    reader: new SocketReader(socket, fromAgent),
    writer: new SocketWriter(socket, { queueBytes: longestMessage, onSlow: () => socket.terminate() }),
    close: () => socket.close(),
    why: () => closing,
  });
}
