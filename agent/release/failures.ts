import { failure, type TidegateError } from '../common/errors.ts';
import type { Colour } from '../common/names.ts';
import type { MountedFile } from './mounted-files.ts';

export function lockHeld(holder: string): TidegateError {
  const [rollout, ...driver] = holder.split('/');
  return failure('ledger.busy', {
    message: `The environment is being changed by ${driver.join('/')} (rollout ${rollout ?? '?'}).`,
    hint: 'Wait until it is done ("tidegate status" shows how far it is), then try again.',
    data: { rollout: rollout ?? null, holder: driver.join('/') },
  });
}

export function fencedOff(rollout: string, holder: string | undefined): TidegateError {
  return failure('ledger.fenced', {
    message: `The rollout ${rollout} has lost the environment's lock to ${holder ?? 'nobody'}; it stopped here.`,
    hint: 'This happens when a driver did not report for longer than its lease. "tidegate status" shows who goes on.',
    data: { rollout, holder: holder ?? null },
  });
}

export function claimed(service: string, owner: string, by?: string): TidegateError {
  return failure('ledger.busy', {
    message: `The service ${service} is claimed by the rollout ${owner}${by === undefined ? '' : ` of ${by}`}.`,
    hint: 'Wait until it has ended, or end it with "tidegate promote" or "tidegate abort".',
    data: { service, rollout: owner, by: by ?? null },
  });
}

export function routeChanged(service: string, planned: Active, now: Active): TidegateError {
  return failure('ledger.busy', {
    message: `The service ${service} was changed by somebody else since this was planned (active: ${described(planned)} then, ${described(now)} now).`,
    hint: 'Try again: it is planned anew then.',
    data: { service, planned: planned.colour, now: now.colour },
  });
}

interface Active {
  readonly colour: Colour | null;
  readonly release: number | null;
}

const described = ({ colour, release }: Active): string =>
  colour === null ? 'none' : `${colour}, release ${release ?? '?'}`;

export function rolloutOpen(id: string, by: string, phase: string, hint: string): TidegateError {
  return failure('ledger.busy', {
    message: `The rollout ${id} of ${by} is not finished (${phase}).`,
    hint,
    data: { rollout: id, by, phase },
  });
}

export function noRollout(stack: string, wanted: string): TidegateError {
  return failure('rollout.none', {
    message: `There is no rollout in ${stack} that could be ${wanted}.`,
    hint: '"tidegate status" shows what is running; a finished deploy is taken back with "tidegate rollback".',
    data: { stack },
  });
}

export function nothingToGoBackTo(stack: string): TidegateError {
  return failure('release.nothing-to-go-back-to', {
    message: `There is no release in ${stack} before the one that is live.`,
    hint: 'Name a tag: "tidegate rollback ENV TAG". "tidegate releases ENV" lists what is kept.',
    data: { stack },
  });
}

export function cannotBeRestored(release: number, why: string): TidegateError {
  return failure('release.cannot-be-restored', {
    message: `Release ${release} cannot be brought back: ${why}.`,
    hint: 'Deploy the tag instead ("tidegate deploy ENV TAG" builds it anew), or pick another release.',
    data: { release },
  });
}

export function interruptedNotOver(id: string, driver: string): TidegateError {
  return failure('ledger.busy', {
    message: `The rollout ${id} is going on here already, driven by ${driver.split('/')[0] ?? driver}.`,
    hint: 'Wait until it has ended, or end it with "tidegate abort ENV", then try again.',
    data: { rollout: id, driver },
  });
}

export function fileGone(release: number, { kind, name, id }: MountedFile): TidegateError {
  const what = `${kind} ${name}`;
  return cannotBeRestored(
    release,
    id === undefined
      ? `its ${what} was removed from the Swarm`
      : `its external ${what} was removed from the Swarm, or replaced by another one`,
  );
}
