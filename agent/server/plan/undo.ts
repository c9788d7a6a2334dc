/** What a deploy changes that going back does not bring back as it was. */
import { parseSlotKey } from '../../common/names.ts';
import type { PlannedCommand } from '../../protocol/plan.ts';
import { slotContent, type Current } from '../../release/current.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';

export interface Undoing {
  readonly current: Current;
  readonly live: ReleaseRecord | undefined;
  readonly moves: readonly Move[];
  readonly commands: readonly Pick<PlannedCommand, 'service'>[];
  /** Refs of the live release's images that the engine does not have any more. */
  readonly missingImages: ReadonlySet<string>;
}

export function cannotBeUndone({
  current,
  live,
  moves,
  commands,
  missingImages,
}: Undoing): readonly string[] {
  if (moves.length === 0) return [];
  const changed = commands.map(
    ({ service }) =>
      `What the release command of ${service} changes stays, also when the release goes back: the version before has to be able to work with it.`,
  );
  if (live === undefined) return ['It is the first release: there is none to go back to.', ...changed];
  return [
    ...changed,
    ...moves.flatMap(({ service, from }) => {
      const image = from === null ? undefined : slotContent(current, service, from)?.image;
      return image !== undefined && missingImages.has(image)
        ? [
            `${service} of release ${live.number} cannot be brought back: its image is not on this engine any more.`,
          ]
        : [];
    }),
    ...moves.flatMap(({ service, from }) =>
      from === null ? [`${service} is new: going back to release ${live.number} leaves it running.`] : [],
    ),
    ...Object.entries(current.routes.value.slots).flatMap(([slot, release]) => {
      const key = parseSlotKey(slot);
      const taken = moves.some(({ service, to }) => key?.service === service && key.colour === to);
      return taken
        ? [
            `${slot} loses the warm release ${release}: going back to that one takes a placement from then on.`,
          ]
        : [];
    }),
  ];
}
