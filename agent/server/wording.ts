/** What a person is told about the end of a rollout. Pure. */
import type { Outcome } from '../protocol/methods.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { RolloutHead, RolloutState } from '../swarm/ledger/rollout.ts';

export interface End {
  readonly head: RolloutHead;
  readonly state: RolloutState;
  readonly outcome: Outcome;
  readonly environment: string;
  readonly from: ReleaseRecord | undefined;
}

export function describeEnd(end: End): string {
  const { head, state, environment, from } = end;
  const version = versionOf(head);
  const before = from ? (from.tag ?? `release ${from.number}`) : undefined;
  switch (end.outcome) {
    case 'done':
    case 'unchanged':
      return head.kind === 'rollback'
        ? `${environment} is back on ${version}: every edge answers with it.`
        : `${version} is live in ${environment}: every edge answers with it.`;
    case 'held':
      return `${version} runs beside ${before ?? 'nothing'} in ${environment} and gets no traffic yet. Finish with "tidegate promote ${environment}" or "tidegate abort ${environment}".`;
    case 'partial':
      return `${version} could not be confirmed in ${environment}: ${state.detail}. Both slots stay as they are. It ends by itself when those edges are back, with "tidegate edge forget ${environment} NODE", or with "tidegate abort ${environment}".`;
    case 'failed':
    case 'reverted':
      return `${version} is not live in ${environment}: ${whatHappened(state)}${commandsThatRan(end)}${stays(end, before)}`;
  }
}

export function versionOf(head: RolloutHead): string {
  return head.tag ?? `${head.ref} (${head.commit.slice(0, 8)})`;
}

function whatHappened({ reason, detail }: RolloutState): string {
  return detail === '' ? `${reason ?? 'it ended'}.` : detail.replace(/\.?$/, '.');
}

/** What they changed outlives the release; of one that failed the detail tells. */
function commandsThatRan({ head, state: { trail } }: End): string {
  const done = trail.filter(
    ({ phase }, index) =>
      phase.startsWith('releasing') && trail[index + 1]?.phase.startsWith('aborting') === false,
  ).length;
  const services = (head.commands ?? []).slice(0, done).map(({ service }) => service);
  if (services.length === 0) return '';
  const were = services.length === 1 ? 'The release command' : 'The release commands';
  return `\n${were} of ${services.join(', ')} had run: what was changed by that stays.`;
}

function stays({ outcome }: End, before: string | undefined): string {
  const place = before === undefined ? 'No version was live before' : `${before} has all the traffic`;
  return outcome === 'reverted' ? `\n${place} again.` : `\n${place}; nothing changed for its users.`;
}
