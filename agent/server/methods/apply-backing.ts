import { failure } from '../../common/errors.ts';
import { applyBacking as apply, findBacking } from '../../infra/backing.ts';
import { backingUnconfirmed } from '../../infra/failures.ts';
import type { BackingResult } from '../../protocol/backing.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import { differenceLine } from '../../protocol/plan.ts';
import type { Agent } from '../agent.ts';
import { backingContent, makeBacking, plannedBacking } from '../backing.ts';
import { checkCluster } from '../cluster-check.ts';
import { openPlace } from '../place.ts';
import { readSource } from '../source.ts';

/** Makes a backing service what a commit says. Shows first what differs; that has to be confirmed. */
export async function applyBacking(
  agent: Agent,
  params: Params<'backing.apply'>,
  call: Call,
): Promise<BackingResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const source = await readSource(agent, place, params.ref, call);
  await checkCluster(place);
  const service = source.project.backing.find(({ name }) => name === params.service);
  if (!service)
    throw noSuchBacking(
      params.service,
      params.ref,
      source.project.backing.map(({ name }) => name),
    );
  const there = (await findBacking(place.engine)).get(service.name);
  const { action, differences } = plannedBacking(
    service.name,
    await backingContent(place, source, service),
    there,
  );
  const environment = place.environment.name;
  const common = { environment, service: service.name, differences };
  if (!there || action === 'untouched') {
    const message = there
      ? `${service.name} of ${environment} is what ${params.ref} says: nothing changed.`
      : `${service.name} does not run in ${environment}: the next deploy creates it.`;
    return { ...common, outcome: 'unchanged', message };
  }
  if (params.confirmed !== true)
    throw backingUnconfirmed(
      environment,
      service.name,
      differences.map((one) => differenceLine(one)),
    );
  for (const one of differences) call.onEvent({ kind: 'note', level: 'info', text: differenceLine(one) });
  await apply(place.engine, there, await makeBacking(place, source, service, call), call.signal);
  return {
    ...common,
    outcome: 'done',
    message: `${service.name} of ${environment} runs as ${params.ref} says.`,
  };
}

function noSuchBacking(service: string, ref: string, known: readonly string[]): Error {
  return failure('usage.invalid', {
    message: `${ref} has no backing service "${service}".`,
    hint:
      known.length === 0
        ? 'Backing services are those of the compose file that tidegate.yaml does not name under "services:".'
        : `It has: ${known.join(', ')}.`,
    data: { service },
  });
}
