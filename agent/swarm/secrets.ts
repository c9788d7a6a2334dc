/** Swarm secrets: immutable, mounted into tasks, never given back. Their content is in no message. */
import * as z from 'zod';
import { orUndefined, request, type Calls } from './calls.ts';
import type { SecretObject, Swarm } from './port.ts';
import { labelFilter, labelMap, listOf } from './shapes.ts';

const secret = z
  .object({ ID: z.string(), Spec: z.object({ Name: z.string(), Labels: labelMap }) })
  .transform((answer): SecretObject => ({
    id: answer.ID,
    name: answer.Spec.Name,
    labels: answer.Spec.Labels,
  }));

export function openSecrets(calls: Calls): Swarm['secrets'] {
  return {
    async get(name) {
      const ask = orUndefined((docker, abortSignal) =>
        docker.getSecret(encodeURIComponent(name)).inspect({ abortSignal }),
      );
      const found = await calls.read(`read the secret ${name}`, ask, secret.optional());
      // Swarm also takes ids, beginnings of ids and other cases for a name.
      return found?.name === name ? found : undefined;
    },

    list: (labels) =>
      calls.read(
        'list the secrets',
        (docker, abortSignal) => docker.listSecrets({ filters: labelFilter(labels), abortSignal }),
        listOf(secret),
      ),

    async create(name, data, labels) {
      const body = { Name: name, Labels: labels, Data: Buffer.from(data).toString('base64') };
      const made = await calls.once(
        `create the secret ${name}`,
        (docker, abortSignal) => docker.createSecret(request(body, abortSignal)),
        z.object({ id: z.string() }),
      );
      return made.id;
    },

    remove: (id) =>
      calls.repeat(
        `remove the secret ${id}`,
        orUndefined((docker, abortSignal) => docker.getSecret(id).remove({ abortSignal })),
      ),
  };
}
