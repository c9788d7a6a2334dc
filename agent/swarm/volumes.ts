/** Volumes of the engine; they hold users' data, so nothing here guesses. */
import * as z from 'zod';
import { orUndefined, type Calls } from './calls.ts';
import { whileInUse } from './in-use.ts';
import type { Swarm } from './port.ts';
import { labelFilter, listOf } from './shapes.ts';

const volumes = z.object({ Volumes: listOf(z.object({ Name: z.string() })) });

export function openVolumes(calls: Calls): Swarm['volumes'] {
  return {
    async list(labels) {
      const answer = await calls.read(
        'list the volumes',
        (docker, abortSignal) => docker.listVolumes({ filters: labelFilter(labels), abortSignal }),
        volumes,
      );
      return answer.Volumes.map((volume) => volume.Name);
    },

    remove: (name) =>
      whileInUse(calls, () =>
        calls.repeat(
          `remove the volume ${name}`,
          orUndefined((docker, abortSignal) =>
            docker.getVolume(encodeURIComponent(name)).remove({ abortSignal }),
          ),
        ),
      ),
  };
}
