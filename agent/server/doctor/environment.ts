/** An environment: its port, its images, and whether it is set up. */
import { createServer } from 'node:net';
import { names } from '../../common/names.ts';
import type { Environment } from '../../config/model.ts';
import { edgePorts } from '../../edge/wire.ts';
import type { Check } from '../../protocol/doctor.ts';
import { askRegistry } from '../../swarm/engine-report.ts';
import type { NetworkObject, ServiceObject } from '../../swarm/port.ts';
import type { Connection } from '../connections.ts';
import { fail, failed, ok, warn } from './checks.ts';

/** `other`: somebody who is no service of this Swarm listens there. */
export type Listening = 'free' | 'other' | 'unknown';

/** Pure: whether an edge without a port has the network of its proxy. */
export function frontCheck(
  { name: environment, stack, edge }: Environment,
  services: readonly ServiceObject[],
  networks: readonly NetworkObject[],
): Check {
  const subject = { check: 'network', environment };
  const { network = '' } = edge;
  const found = networks.find(({ name, overlay }) => name === network && overlay);
  if (!found)
    return fail(
      subject,
      `There is no overlay network ${network}, on which a proxy in front would reach the edge.`,
      `"docker network create --driver overlay --attachable ${network}", or name another: environments.${environment}.edge.network.`,
    );
  const own = services.find(({ name }) => name === names.edge(stack));
  const isOn = own?.spec.TaskTemplate.Networks?.some(({ Target }) => Target === found.id);
  if (own && !isOn)
    return warn(
      subject,
      `The edge is not on the network ${network} yet, which tidegate.yaml names.`,
      `"tidegate setup ${environment} --upgrade-edge".`,
    );
  const address = `http://${names.edgeAlias(stack)}:${edgePorts.public}`;
  return ok(subject, own ? `on ${network} the edge is ${address}` : `the network ${network} is there`);
}

/** Pure: whether the edge has its port, or could have it. */
export function portCheck(
  { name: environment, stack }: Environment,
  port: number,
  { services, listening }: { readonly services: readonly ServiceObject[]; readonly listening: Listening },
): Check {
  const subject = { check: 'port', environment };
  const fix = 'Stop what listens there, or set another environments.<name>.edge.http in tidegate.yaml.';
  const holder = services.find((service) => publishes(service, port));
  const own = services.find(({ name }) => name === names.edge(stack));
  if (holder && holder.name === own?.name) return ok(subject, `port ${port} is the edge's own`);
  if (holder) return fail(subject, `Port ${port} is published by ${holder.name}.`, fix);
  if (own)
    return warn(
      subject,
      `The edge does not publish port ${port} yet, which tidegate.yaml names.`,
      `"tidegate setup ${environment} --upgrade-edge" (interrupts traffic for some seconds).`,
    );
  if (listening === 'other') return fail(subject, `Something else listens on port ${port}.`, fix);
  return ok(subject, `port ${port} is free${listening === 'unknown' ? ', as far as this Swarm knows' : ''}`);
}

function publishes({ spec }: ServiceObject, port: number): boolean {
  return spec.EndpointSpec?.Ports?.some((published) => published.PublishedPort === port) === true;
}

/** Whether somebody on this machine has the port, found out by trying to take it for a moment. */
export function tryPort(port: number): Promise<Listening> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? 'other' : 'unknown'),
    );
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** The images of edge and control: on the engine, or to be had from a registry. */
export function imageChecks(
  { name: environment, images }: Environment,
  connection: Connection,
): Promise<Check[]> {
  const subject = { check: 'image', environment };
  return Promise.all(
    Object.entries(images).map(async ([what, ref]) => {
      try {
        if (await connection.swarm.images.get(ref))
          return ok(subject, `${ref} for the ${what} is on the engine`);
      } catch (error) {
        return failed(subject, error);
      }
      return askRegistry(connection.engine, ref).then(
        () => ok(subject, `${ref} for the ${what} can be pulled`),
        (error: unknown) =>
          fail(
            subject,
            `${ref} for the ${what} is neither on the engine nor to be had: ${failed(subject, error).detail}`,
            `"docker pull ${ref}" shows why; environments.${environment}.images names another one.`,
          ),
      );
    }),
  );
}
