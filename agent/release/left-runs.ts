/** Containers and tasks that run once, and whose agent died: nobody counts their time any more, nobody removes them. */
import { labels } from '../common/names.ts';
import { isEnded, type RolloutState } from '../swarm/ledger/rollout.ts';
import type { Containers } from '../swarm/containers.ts';
import { removeService } from '../swarm/remove-service.ts';
import type { ReleaseEngine } from './engine.ts';

type Labels = Readonly<Record<string, string>>;

export const runLabels = {
  /** The rollout it belongs to. */
  rollout: 'tidegate.rollout',
  /** For one that belongs to none: when it is over at the latest, milliseconds since the epoch. */
  until: 'tidegate.until',
} as const;

/** Kinds of runs, by the label `tidegate.object`. */
const runObjects = ['suite', 'release-command'] as const;

/** Removes those whose rollout is over or gone, or whose time is; on every node, but of containers those of this engine. */
export async function removeLeftRuns(
  engine: Pick<ReleaseEngine, 'swarm' | 'ledger' | 'clock'>,
  containers: Pick<Containers, 'list' | 'remove'>,
): Promise<void> {
  const { swarm, ledger } = engine;
  const removeLeft = async (object: (typeof runObjects)[number]): Promise<void> => {
    const own = { [labels.stack]: ledger.stack, [labels.object]: object };
    const [services, here] = await Promise.all([swarm.services.list(own), containers.list(own)]);
    for (const service of services)
      if (await isLeft(engine, service.labels)) await removeService(engine, service.name);
    for (const container of here)
      if (await isLeft(engine, container.labels)) await containers.remove(container.id);
  };
  await Promise.all(runObjects.map(removeLeft));
}

async function isLeft(
  { ledger, clock }: Pick<ReleaseEngine, 'ledger' | 'clock'>,
  own: Labels,
): Promise<boolean> {
  const until = own[runLabels.until];
  if (until !== undefined) return Number(until) < clock.now();
  const journal = await ledger.journals.get(own[runLabels.rollout] ?? '');
  if (journal === undefined || isEnded(journal.value.state)) return true;
  return own[labels.object] === 'release-command' && isPastCommands(journal.value.state);
}

/** Only with them does a driver look for what has run or runs. */
function isPastCommands({ phase }: RolloutState): boolean {
  return phase.name !== 'releasing' && !(phase.name === 'aborting' && phase.stage === 'ending-command');
}
