/**
 * Control as it runs in the Swarm, in a process of its own against a real engine, and beside it in the same process
 * a server that answers a POST with a few bytes. `argv`: the engine's socket, the stack. Talks over IPC.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { openControl } from '../agent/cluster/control.ts';
import { systemClock } from '../agent/common/clock.ts';
import { silentLog } from '../agent/common/log.ts';
import { openSwarm } from '../agent/swarm/docker-swarm.ts';
import { openEngine } from '../agent/swarm/engine.ts';
import { openLedger } from '../agent/swarm/ledger/ledger.ts';

export interface Ready {
  readonly http: number;
  readonly flagd: number;
  readonly hello: number;
}

export interface Usage {
  /** Of the process so far. */
  readonly cpuUs: number;
  readonly residentMb: number;
}

const [socket = '', stack = ''] = process.argv.slice(2);
const swarm = openSwarm(openEngine({ kind: 'socket', path: socket, name: socket, source: 'the benchmark' }));
const ledger = openLedger(swarm, stack);
const control = openControl({ ledger, swarm, clock: systemClock, log: silentLog, task: 'bench' });

const hello: Server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"you"}');
  });
});

function listen(server: NetServer | typeof control.flagd): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

const ready: Ready = {
  http: await listen(control.server),
  flagd: await listen(control.flagd),
  hello: await listen(hello),
};
await control.view.refresh();
await control.flags.refresh();

process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuUs: user + system, residentMb: process.memoryUsage.rss() / 1e6 };
  process.send?.(usage);
});
process.on('disconnect', () => process.exit(0));
process.send?.(ready);
