/** The program that runs inside the Swarm, next to the engine of a manager. */
import { systemClock } from '../common/clock.ts';
import { messageOf } from '../common/errors.ts';
import { openContainers } from '../swarm/containers.ts';
import { openEngine } from '../swarm/engine.ts';
import { openSwarm } from '../swarm/docker-swarm.ts';
import { openChanges } from '../swarm/changes.ts';
import { openLedger } from '../swarm/ledger/ledger.ts';
import { controlFlagdPort, controlPort } from '../edge/wire.ts';
import { defaultLimits } from '../release/engine.ts';
import { openControl } from './control.ts';
import { openGuard } from './guard.ts';
import { jsonLog } from './json-log.ts';

const stack = process.env['STACK'] ?? '';
const port = Number(process.env['PORT'] ?? controlPort);
const flagdPort = Number(process.env['FLAGD_PORT'] ?? controlFlagdPort);
const socket = '/var/run/docker.sock';

const log = jsonLog(
  (line) => process.stdout.write(line),
  () => systemClock.now(),
);
const engine = openEngine({ kind: 'socket', path: socket, name: `unix://${socket}`, source: 'control' });
// Edges ask again by themselves: nothing here waits long for an engine that does not answer.
const swarm = openSwarm(engine, { log, reconnectMs: 500, callMs: 5_000 });
const ledger = openLedger(swarm, stack);
const task = process.env['TASK'] ?? `${process.pid}`;
const control = openControl({ ledger, swarm, clock: systemClock, log, task });
const guard = openGuard(
  {
    swarm,
    ledger,
    changes: openChanges(swarm, systemClock),
    clock: systemClock,
    log,
    driver: `control/${task}`,
    leaseSeconds: 15,
    limits: defaultLimits,
  },
  openContainers(engine, { reconnectMs: 500, callMs: 5_000 }),
);

const lastWordMs = 3_000;

function stop(signal: NodeJS.Signals): void {
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(0), lastWordMs).unref();
  guard.stop();
  void control.stop().then(() => {
    engine.close();
    setImmediate(() => process.exit(0));
  });
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.on('uncaughtException', (error) => {
  log.error({ error: error.stack }, 'defect');
  process.exit(1);
});
for (const server of [control.server, control.flagd])
  server.once('error', (error: unknown) => {
    log.error({ error: messageOf(error) }, 'cannot listen');
    process.exit(1);
  });
control.server.listen(port, () => log.info({ stack, port, task }, 'listening'));
control.flagd.listen(flagdPort);
