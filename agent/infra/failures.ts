import { failure, type TidegateError } from '../common/errors.ts';
import type { MountedFile } from '../release/mounted-files.ts';

export function portTaken(port: string, node: string, why: string): TidegateError {
  return failure('edge.port-taken', {
    message: `The edge cannot listen on port ${port}${node === '' ? '' : ` of ${node}`}: ${why}.`,
    hint: `Stop what listens there, or set another port: environments.<name>.edge.http in tidegate.yaml (or edge.https); then run setup again.`,
    data: { port, node },
  });
}

export function noFrontNetwork(name: string, why: 'missing' | 'not-an-overlay'): TidegateError {
  return failure('edge.no-network', {
    message:
      why === 'missing'
        ? `There is no network ${name} on this Swarm: the edge has no port, and nobody could reach it.`
        : `The network ${name} is no overlay network of this Swarm, so the edge cannot be on it.`,
    hint: `Name the network that your proxy is on (environments.<name>.edge: { network: … }), or make one: "docker network create --driver overlay --attachable ${name}".`,
    data: { network: name },
  });
}

export function edgeNotReady(stack: string, why: string): TidegateError {
  return failure('edge.not-ready', {
    message: `The edge of ${stack} is not ready: ${why}.`,
    hint: `Look at "docker service ps --no-trunc ${stack}_tidegate-edge", then run setup again; it continues where it stopped.`,
    data: { stack },
  });
}

export function controlNotReady(stack: string, why: string): TidegateError {
  return failure('control.not-ready', {
    message: `Control of ${stack} does not run: ${why}.`,
    hint: `Look at "docker service ps --no-trunc ${stack}_tidegate-control", then run setup again; it continues where it stopped.`,
    data: { stack },
  });
}

export function goingDown(stack: string, holder: string): TidegateError {
  return failure('environment.going-down', {
    message: `${stack} is being taken down (${holder}).`,
    hint: 'Finish it with "tidegate down ENV"; after that it can be set up again.',
    data: { stack, holder },
  });
}

export function stillChanging(stack: string, rollout: string, driver: string): TidegateError {
  return failure('ledger.busy', {
    message: `${stack} cannot be taken down: ${driver} drives the rollout ${rollout}.`,
    hint: 'Wait until it has ended, or end it with "tidegate abort".',
    data: { stack, rollout, driver },
  });
}

export function certificateRefused(name: string, why: string, hint: string): TidegateError {
  return failure('certificate.refused', {
    message: `The certificate ${name} was refused, and nothing changed: ${why}.`,
    hint,
    data: { name },
  });
}

export function edgeOutdated(stack: string, what: string): TidegateError {
  return failure('environment.outdated', {
    message: `The edges of ${stack} cannot ${what}: they run an earlier configuration.`,
    hint: 'Run "tidegate setup ENV --upgrade-edge"; it interrupts traffic for some seconds on each node.',
    data: { stack },
  });
}

export function backingNotReady(
  stack: string,
  service: string,
  why: string,
  then: 'stays' | 'put-back',
): TidegateError {
  return failure('backing.not-ready', {
    message: `${service} does not come up: ${why}`,
    hint:
      then === 'stays'
        ? `Put it right, then "tidegate backing apply ENV ${service}"; its log: "tidegate logs ENV ${service}".`
        : 'It runs as it did before. Look at its log above, put it right, and apply it again.',
    data: { stack, service },
  });
}

export function backingFileGone(service: string, { kind, name }: MountedFile): TidegateError {
  return failure('engine.failed', {
    message: `The ${kind} ${name} of ${service} was removed from the cluster a moment ago.`,
    hint: 'Run the command again: it makes what is missing anew.',
    data: { service, [kind]: name },
  });
}

export function kindChanged(service: string, from: string, to: string): TidegateError {
  return failure('release.kind-changed', {
    message: `${service} runs ${from} and would become ${to}: one cannot take the other's place without a gap.`,
    hint: 'Give the new one another name in the compose file, or take the environment down first.',
    data: { service },
  });
}

/** `lines`: what differs, one field a line. */
export function backingUnconfirmed(
  environment: string,
  service: string,
  lines: readonly string[],
): TidegateError {
  return failure('backing.unconfirmed', {
    message: `This replaces ${service} of ${environment}; its tasks stop before new ones start:\n${lines.join('\n')}`,
    hint: 'Confirm it: --yes on the command line, "confirmed": true in the request.',
    data: { environment, service },
  });
}
