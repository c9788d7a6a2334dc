import type { Params, Results } from '../../protocol/methods.ts';
import { isEnded } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { nothingToPreview } from '../failures.ts';
import { openPlace } from '../place.ts';
import { nameOf, previewOf } from '../rollouts.ts';

/** A link to the slot of the open rollout, as soon as it has a release. */
export async function preview(agent: Agent, params: Params<'preview'>): Promise<Results['preview']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { ledger } = place.engine;
  const open = (await ledger.journals.list())
    .map(({ value }) => value)
    .find(({ state }) => !isEnded(state) && state.phase.name !== 'settling' && state.release !== null);
  const record = open?.state.release == null ? undefined : await ledger.releases.get(open.state.release);
  const url = open && record ? await previewOf(place, open.head, record.number) : null;
  if (url === null || !record) throw nothingToPreview(place.environment.name);
  return { url, release: nameOf(record) };
}
