import { statfs } from 'node:fs/promises';
import type { Environment } from '../../config/model.ts';
import { unknownEnvironment } from '../../config/failures.ts';
import { TidegateError } from '../../common/errors.ts';
import type { Check, DoctorResult } from '../../protocol/doctor.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import type { ServiceObject } from '../../swarm/port.ts';
import { reportEngine } from '../../swarm/engine-report.ts';
import type { Agent } from '../agent.ts';
import { surroundings, type Connection } from '../connections.ts';
import { failed, ok } from '../doctor/checks.ts';
import { diskCheck, engineCheck, swarmCheck, type Disk } from '../doctor/engine.ts';
import { flagServerCheck } from '../doctor/flag-server.ts';
import { flagsCheck } from '../doctor/flags.ts';
import { frontCheck, imageChecks, portCheck, tryPort } from '../doctor/environment.ts';
import { contextsCheck, gitCheck, nodeCheck } from '../doctor/machine.ts';
import { openCheckout } from '../place.ts';

/** Looks at everything a deploy needs, whatever is missing; changes nothing. */
export async function doctor(agent: Agent, params: Params<'doctor'>, call: Call): Promise<DoctorResult> {
  const { check, environments } = await project(agent, params);
  const wanted = environments.flatMap(({ dockerContext }) => dockerContext ?? []);
  const machine = [
    await gitCheck(agent.env),
    nodeCheck(process.versions.node),
    check,
    await contextsCheck(surroundings(agent.env), wanted),
  ];
  // Without a project there is still the engine that one would use.
  const places = environments.length === 0 ? [undefined] : environments;
  const { folder } = params;
  // Beside the engine: it may be away, and the server of the flags answers all the same.
  const [found, servers] = await Promise.all([
    Promise.all(places.map((environment) => placeChecks(agent, environment))),
    Promise.all(environments.map((environment) => flagServerCheck(agent, { folder, environment }, call))),
  ]);
  return { checks: [...machine, ...found.flat(), ...servers.flat()] };
}

async function project(
  agent: Agent,
  { folder, environment }: Params<'doctor'>,
): Promise<{ check: Check; environments: readonly Environment[] }> {
  const subject = { check: 'project', environment: null };
  try {
    const { environments } = await openCheckout(agent, folder);
    const known = environments.map(({ name }) => name);
    const chosen = environments.filter(({ name }) => environment === null || name === environment);
    if (environment !== null && chosen.length === 0) throw unknownEnvironment(environment, known);
    return { check: ok(subject, `environments: ${known.join(', ')}`), environments: chosen };
  } catch (error) {
    return { check: failed(subject, error), environments: [] };
  }
}

/** One finding that hinders all others is told alone. */
async function placeChecks(agent: Agent, environment: Environment | undefined): Promise<readonly Check[]> {
  const name = environment?.name ?? null;
  try {
    const connection = await agent.connections.engine(environment?.dockerContext);
    const report = await reportEngine(connection.engine);
    const disk = await diskOf(connection, report.rootFolder);
    const checks = [
      engineCheck(name, connection.engine, report),
      swarmCheck(name, report),
      diskCheck(name, disk),
    ];
    if (environment === undefined) return checks;
    const services = report.swarm === 'manager' ? await connection.swarm.services.list({}) : [];
    return [
      ...checks,
      await doorCheck(environment, connection, services),
      ...(report.swarm === 'manager' ? await flagsCheck(environment, connection) : []),
      ...(await imageChecks(environment, connection)),
    ];
  } catch (error) {
    if (!(error instanceof TidegateError)) throw error;
    return [failed({ check: 'engine', environment: name }, error)];
  }
}

async function doorCheck(
  environment: Environment,
  { engine, swarm }: Connection,
  services: readonly ServiceObject[],
): Promise<Check> {
  const { http } = environment.edge;
  if (http === undefined) return frontCheck(environment, services, await swarm.networks.list({}));
  const listening = engine.local ? await tryPort(http) : 'unknown';
  return portCheck(environment, http, { services, listening });
}

/** `undefined` where the engine's folder is not of this machine (Docker Desktop has one of its own inside). */
async function diskOf({ engine }: Connection, folder: string): Promise<Disk | undefined> {
  if (!engine.local || folder === '') return undefined;
  const found = await statfs(folder).catch(() => undefined);
  return found && { free: found.bavail * found.bsize, total: found.blocks * found.bsize };
}
