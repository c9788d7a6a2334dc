/** Swarm services. A service is always written whole: its spec with the version it was read at. */
import * as z from 'zod';
import { hasCode } from '../common/errors.ts';
import { orUndefined, request, type Calls } from './calls.ts';
import { conflict, statusOf } from './failures.ts';
import type { Login, Logins } from './logins.ts';
import { openLogs } from './logs.ts';
import type { ServiceObject, ServiceSpec, Swarm } from './port.ts';
import { labelFilter, labelMap, listOf, version } from './shapes.ts';

/** What Tidegate relies on; everything else of a spec goes through as it is. */
const specShape = z.looseObject({
  Name: z.string(),
  Labels: labelMap,
  Mode: z.looseObject({}),
  TaskTemplate: z.looseObject({ ContainerSpec: z.looseObject({ Image: z.string() }) }),
});

const spec = specShape.transform((checked) => checked as unknown as ServiceSpec);

const service = z
  .object({ ID: z.string(), Version: version, Spec: spec })
  .transform((answer): ServiceObject => ({
    id: answer.ID,
    version: answer.Version.Index,
    name: answer.Spec.Name,
    labels: answer.Spec.Labels,
    spec: answer.Spec,
  }));

export function openServices(calls: Calls, logins: Logins): Swarm['services'] {
  return {
    async get(name) {
      const ask = orUndefined((docker, abortSignal) =>
        docker.getService(encodeURIComponent(name)).inspect({ abortSignal }),
      );
      const found = await calls.read(`read the service ${name}`, ask, service.optional());
      // Swarm also takes ids, beginnings of ids and other cases for a name.
      return found?.name === name ? found : undefined;
    },

    list: (labels) =>
      calls.read(
        'list the services',
        (docker, abortSignal) => docker.listServices({ filters: labelFilter(labels), abortSignal }),
        listOf(service),
      ),

    async create(wanted) {
      const login = await logins.of(imageOf(wanted));
      const made = await calls.once(
        `create the service ${wanted.Name}`,
        // dockerode takes a single argument for the login: the whole spec would go into that header.
        (docker, abortSignal) =>
          docker.createService(login as Login, request(wanted, abortSignal) as Record<string, never>),
        z.object({ id: z.string() }),
      );
      return made.id;
    },

    update: (current, wanted) => update(calls, logins, current, wanted),

    remove: (id) =>
      calls.repeat(
        `remove the service ${id}`,
        orUndefined((docker, abortSignal) => docker.getService(id).remove({ abortSignal })),
      ),

    ...openLogs(calls),
  };
}

/**
 * A login is part of what Swarm compares: another one would restart tasks. Without one the engine keeps the service's own
 * (moby, daemon/cluster/services.go), so that who has no login may scale it.
 */
async function update(
  calls: Calls,
  logins: Logins,
  current: ServiceObject,
  wanted: ServiceSpec,
): Promise<void> {
  const hasNewImage = imageOf(wanted) !== imageOf(current.spec);
  const login = hasNewImage ? await logins.of(imageOf(wanted)) : undefined;
  const doing = `update the service ${current.name}`;
  try {
    await calls.once(
      doing,
      (docker, abortSignal) =>
        docker
          .getService(current.id)
          .update({ ...request(wanted, abortSignal, { version: current.version }), authconfig: login }),
      z.unknown(),
    );
  } catch (error) {
    if (hasCode(error, 'engine.failed') && statusOf(error.cause) === 404)
      throw conflict({ engine: calls.engine.name, doing }, error.cause);
    throw error;
  }
}

function imageOf(spec: ServiceSpec): string {
  return spec.TaskTemplate.ContainerSpec.Image;
}
