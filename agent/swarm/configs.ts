/** Swarm configs: immutable data, labels that change by compare-and-swap without touching a task. */
import * as z from 'zod';
import { hasCode } from '../common/errors.ts';
import { orUndefined, request, type Calls } from './calls.ts';
import { conflict, statusOf } from './failures.ts';
import type { ConfigObject, Swarm } from './port.ts';
import { labelFilter, labelMap, listOf, version } from './shapes.ts';

const config = z
  .object({
    ID: z.string(),
    Version: version,
    CreatedAt: z.string(),
    UpdatedAt: z.string(),
    Spec: z.object({ Name: z.string(), Labels: labelMap, Data: z.string().nullish() }),
  })
  .transform((answer): ConfigObject => ({
    id: answer.ID,
    version: answer.Version.Index,
    name: answer.Spec.Name,
    labels: answer.Spec.Labels,
    data: Buffer.from(answer.Spec.Data ?? '', 'base64'),
    createdAt: answer.CreatedAt,
    updatedAt: answer.UpdatedAt,
  }));

export function openConfigs(calls: Calls): Swarm['configs'] {
  return {
    get: rememberingIds(calls),

    list: (labels) =>
      calls.read(
        'list the configs',
        (docker, abortSignal) => docker.listConfigs({ filters: labelFilter(labels), abortSignal }),
        listOf(config),
      ),

    async create(name, data, labels) {
      const body = { Name: name, Labels: labels, Data: Buffer.from(data).toString('base64') };
      const made = await calls.once(
        `create the config ${name}`,
        (docker, abortSignal) => docker.createConfig(request(body, abortSignal)),
        z.object({ id: z.string() }),
      );
      return made.id;
    },

    async updateLabels(current, labels) {
      const doing = `write the labels of the config ${current.name}`;
      // The name must come along; data that is left out stays as it is.
      const body = { Name: current.name, Labels: labels };
      try {
        await calls.once(
          doing,
          (docker, abortSignal) =>
            docker.getConfig(current.id).update(request(body, abortSignal, { version: current.version })),
          z.unknown(),
        );
      } catch (error) {
        // Gone is a lost race as well: whoever removed it was first.
        if (hasCode(error, 'engine.failed') && statusOf(error.cause) === 404)
          throw conflict({ engine: calls.engine.name, doing }, error.cause);
        throw error;
      }
    },

    remove: (id) =>
      calls.repeat(
        `remove the config ${id}`,
        orUndefined((docker, abortSignal) => docker.getConfig(id).remove({ abortSignal })),
      ),
  };
}

/** The engine finds a config by its id in half the time it takes by name. */
function rememberingIds(calls: Calls): Swarm['configs']['get'] {
  const ids = new Map<string, string>();
  const find = async (name: string, key: string): Promise<ConfigObject | undefined> => {
    const ask = orUndefined((docker, abortSignal) =>
      docker.getConfig(encodeURIComponent(key)).inspect({ abortSignal }),
    );
    const found = await calls.read(`read the config ${name}`, ask, config.optional());
    // Swarm also takes ids, beginnings of ids and other cases for a name.
    return found?.name === name ? found : undefined;
  };
  return async (name) => {
    const known = ids.get(name);
    const found = (known !== undefined && (await find(name, known))) || (await find(name, name));
    if (found) ids.set(name, found.id);
    else ids.delete(name);
    return found;
  };
}
