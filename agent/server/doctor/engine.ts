/** The engine of an environment, out of what it says about itself. Pure. */
import type { Check } from '../../protocol/doctor.ts';
import type { OpenEngine } from '../../swarm/engine.ts';
import type { EngineReport } from '../../swarm/engine-report.ts';
import { fail, ok, warn } from './checks.ts';

type Reached = Pick<OpenEngine, 'name' | 'way' | 'source'>;

export function engineCheck(environment: string | null, engine: Reached, report: EngineReport): Check {
  const subject = { check: 'engine', environment };
  const system = report.system === '' ? '' : `, ${report.system}`;
  const words = `Docker ${report.version} at ${engine.name}${system} (${engine.way}; from ${engine.source})`;
  const [major = 0, minor = 0] = report.version.split('.').map(Number);
  const isKnown = major > 20 || (major === 20 && minor >= 10);
  return isKnown
    ? ok(subject, words)
    : warn(subject, `${words}: older than what Tidegate is tested with.`, 'Update Docker to 20.10 or newer.');
}

export function swarmCheck(environment: string | null, { swarm, cluster, machine }: EngineReport): Check {
  const subject = { check: 'swarm', environment };
  switch (swarm) {
    case 'manager':
      return ok(subject, `Swarm ${clusterName(cluster)}; its manager ${machine} answers`);
    case 'worker':
      return fail(
        subject,
        'This node is a worker of its Swarm: the cluster cannot be managed from there.',
        'Use a docker context of a manager, or "docker node promote NODE" on a manager.',
      );
    case 'inactive':
      return fail(subject, 'The engine is not part of a Swarm.', 'Turn it on: "docker swarm init".');
    case 'locked':
      return fail(subject, 'Its Swarm is locked.', 'Unlock it: "docker swarm unlock".');
    case 'starting':
      return warn(
        subject,
        'Its Swarm is only starting, or has no leader.',
        'Wait a little, then run this again.',
      );
  }
}

function clusterName(cluster: EngineReport['cluster']): string {
  if (cluster === undefined) return 'mode';
  return `${cluster.id.slice(0, 12)} of ${cluster.nodes} node${cluster.nodes === 1 ? '' : 's'}`;
}

export interface Disk {
  readonly free: number;
  readonly total: number;
}

const gigabyte = 1e9;

/** `undefined`: the engine's disk cannot be seen from here. */
export function diskCheck(environment: string | null, disk: Disk | undefined): Check {
  const subject = { check: 'disk', environment };
  if (disk === undefined) return ok(subject, "not looked at: the engine's disk cannot be seen from here");
  const free = disk.free / gigabyte;
  const detail = `${free.toFixed(1)} GB of ${(disk.total / gigabyte).toFixed(0)} GB are free for Docker`;
  const fix = 'See what takes it: "docker system df"; images nobody uses go with "docker image prune -a".';
  if (free < 1) return fail(subject, `Only ${detail}.`, fix);
  return free < 5 ? warn(subject, `Only ${detail}.`, fix) : ok(subject, detail);
}
