import { labels, names } from '../../common/names.ts';
import { failure } from '../../common/errors.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { LogLine, ServiceObject } from '../../swarm/port.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

/** Lines of the slots' containers, oldest first; of the edge, the internal edge or control when `edge`, `mesh` or `control` is named. */
export async function logs(agent: Agent, params: Params<'logs'>, call: Call): Promise<Results['logs']> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  const { services } = engine.swarm;
  const chosen = choose(
    await services.list({ [labels.stack]: environment.stack }),
    environment.stack,
    params.service,
  );
  let lines = 0;
  const tell = (service: ServiceObject, { stream, text }: LogLine): void => {
    lines += 1;
    call.onEvent({ kind: 'line', source: sourceOf(service), stream, text });
  };
  if (params.follow) {
    await Promise.all(
      chosen.map((service) =>
        services.follow(service.id, { tail: params.tail, signal: call.signal }, (line) =>
          tell(service, line),
        ),
      ),
    );
    return { lines };
  }
  const all = await Promise.all(
    chosen.map(async (service) =>
      (await services.logs(service.id, { tail: params.tail })).map((line) => ({ service, line })),
    ),
  );
  const ordered = all.flat().sort((a, b) => (a.line.at < b.line.at ? -1 : 1));
  for (const { service, line } of ordered) tell(service, line);
  return { lines };
}

function choose(
  services: readonly ServiceObject[],
  stack: string,
  wanted: string | null,
): readonly ServiceObject[] {
  const slots = services.filter((service) => service.labels[labels.object] === 'slot');
  if (wanted === null) return slots;
  const own = { edge: names.edge(stack), mesh: names.mesh(stack), control: names.control(stack) }[wanted];
  const found = services.filter(
    (service) => service.name === own || service.labels[labels.service] === wanted,
  );
  if (found.length > 0) return found;
  const known = [...new Set(services.flatMap((service) => service.labels[labels.service] ?? []))];
  throw failure('usage.invalid', {
    message: `Nothing of ${wanted} runs in ${stack}.`,
    hint: `There is: ${[...known, 'edge', 'control'].join(', ')}.`,
    data: { service: wanted },
  });
}

function sourceOf(service: ServiceObject): string {
  const { [labels.slot]: slot, [labels.service]: name, [labels.object]: object } = service.labels;
  return slot ?? name ?? object ?? service.name;
}
