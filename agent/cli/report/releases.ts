import type { ReleaseEntry, Results } from '../../protocol/methods.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import type { Style } from '../terminal.ts';

/** One line a release, in the agent's order. `now`: milliseconds since the epoch. */
export function reportReleases(result: Results['releases'], style: Style, now: number): string[] {
  if (result.releases.length === 0) return [`${result.stack} has no releases yet.`];
  const head = ['#', 'TAG', 'STATE', 'WHEN', 'BY', 'KIND', 'REASON'].map((title) => style.dim(title));
  return alignColumns([head, ...result.releases.map((release) => row(release, style, now))]);
}

function row(release: ReleaseEntry, style: Style, now: number): string[] {
  return [
    String(release.number),
    release.tag ?? release.commit.slice(0, 8),
    state(release.state, style),
    ago(release.at, now),
    release.by,
    release.restores === null ? release.kind : `${release.kind} of #${release.restores}`,
    release.reason ?? '',
  ];
}

function state(name: ReleaseEntry['state'], style: Style): string {
  switch (name) {
    case 'live':
      return style.good(name);
    case 'failed':
      return style.bad(name);
    case 'running':
      return style.warn(name);
    case 'warm':
    case 'kept':
      return name;
  }
}
