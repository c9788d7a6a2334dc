/** Tasks: what Swarm runs (or failed to run) for a service. */
import * as z from 'zod';
import { orUndefined, type Calls } from './calls.ts';
import type { ContainerReport, Swarm, Task } from './port.ts';
import { listOf } from './shapes.ts';
import { tellingProbe } from './telling-probe.ts';

const attachment = z.object({
  Network: z.object({ ID: z.string() }).nullish(),
  Addresses: z
    .array(z.string())
    .nullish()
    .transform((addresses) => addresses ?? []),
});

const ended = new Set(['complete', 'failed', 'shutdown', 'remove', 'orphaned']);

const task = z
  .object({
    ID: z.string(),
    ServiceID: z.string().default(''),
    NodeID: z.string().default(''),
    Slot: z.number().optional(),
    CreatedAt: z.string(),
    UpdatedAt: z.string(),
    DesiredState: z.string(),
    Status: z.object({
      State: z.string(),
      Message: z.string().default(''),
      Err: z.string().optional(),
      ContainerStatus: z
        .object({ ContainerID: z.string().optional(), ExitCode: z.number().optional() })
        .nullish(),
    }),
    Spec: z.object({
      ContainerSpec: z.object({ Image: z.string() }).nullish(),
      Networks: z.array(z.object({ Aliases: z.array(z.string()).nullish() })).nullish(),
    }),
    NetworksAttachments: z.array(attachment).nullish(),
  })
  .transform((answer): Task => ({
    id: answer.ID,
    serviceId: answer.ServiceID,
    nodeId: answer.NodeID,
    slot: answer.Slot,
    state: answer.Status.State,
    desired: answer.DesiredState,
    message: answer.Status.Message,
    error: answer.Status.Err || undefined,
    // Docker writes 0 for a container that still runs.
    exitCode: ended.has(answer.Status.State) ? answer.Status.ContainerStatus?.ExitCode : undefined,
    containerId: answer.Status.ContainerStatus?.ContainerID || undefined,
    image: answer.Spec.ContainerSpec?.Image ?? '',
    addresses: (answer.NetworksAttachments ?? []).flatMap(({ Addresses }) => Addresses.flatMap(bareIpv4)),
    addressOn: Object.fromEntries(
      (answer.NetworksAttachments ?? []).flatMap(({ Network, Addresses }) =>
        Addresses.flatMap(bareIpv4)
          .slice(0, 1)
          .map((address) => [Network?.ID ?? '', address]),
      ),
    ),
    aliases: (answer.Spec.Networks ?? []).flatMap(({ Aliases }) => Aliases ?? []),
    createdAt: answer.CreatedAt,
    updatedAt: answer.UpdatedAt,
  }));

function bareIpv4(address: string): readonly string[] {
  const bare = /^(\d+\.\d+\.\d+\.\d+)(?:\/\d+)?$/.exec(address)?.[1];
  return bare === undefined ? [] : [bare];
}

const container = z
  .object({
    State: z.object({
      Health: z
        .object({
          Status: z.enum(['none', 'starting', 'healthy', 'unhealthy']).catch('none'),
          Log: z.array(z.object({ ExitCode: z.number(), Output: z.string() })).nullish(),
        })
        .nullish(),
    }),
  })
  .transform(({ State: { Health } }): ContainerReport => {
    const probes = (Health?.Log ?? []).map(({ ExitCode, Output }) => ({
      exitCode: ExitCode,
      output: Output,
    }));
    return { health: Health?.Status ?? 'none', probe: tellingProbe(probes) };
  });

export function openTasks(calls: Calls): Swarm['tasks'] {
  return {
    list({ service, node }) {
      const filters = JSON.stringify({
        ...(service === undefined ? {} : { service: [service] }),
        ...(node === undefined ? {} : { node: [node] }),
      });
      // A filter by a service or node that is gone answers 404: it has no tasks.
      const ask = orUndefined((docker, abortSignal) => docker.listTasks({ filters, abortSignal }));
      return calls.read('list the tasks', ask, listOf(task));
    },

    inspectContainer(containerId) {
      const ask = orUndefined((docker, abortSignal) =>
        docker.getContainer(containerId).inspect({ abortSignal }),
      );
      return calls.read(`look at the container ${containerId.slice(0, 12)}`, ask, container.optional());
    },
  };
}
