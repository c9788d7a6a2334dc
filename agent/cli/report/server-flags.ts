/** Flags that another server holds: who that is, when SDKs asked last, which are stale. */
import type { FlagSegment, FlagServerName } from '../../protocol/flag-server.ts';
import type { FlagsResult, FlagStatus } from '../../protocol/methods.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';

export function reportServerFlags(
  result: FlagsResult & { readonly server: FlagServerName },
  style: Style,
  now: number,
): string[] {
  const { url, project, environment } = result.server;
  const where = style.dim(`Unleash ${cleanText(url)}, project ${project}, environment ${environment}`);
  const head = `${style.bold(result.environment)}  ${where}`;
  const segments = (result.segments ?? []).map((segment) => segmentLine(segment));
  if (result.flags.length === 0) return [head, '  It has no flags.', ...segments];
  const titles = ['  FLAG', 'STATE', 'LAST SEEN', 'DESCRIPTION'].map((title) => style.dim(title));
  const rows = result.flags.map((flag) => row(flag, style, now));
  return [head, ...alignColumns([titles, ...rows]), ...segments];
}

function row(flag: FlagStatus, style: Style, now: number): string[] {
  const { lastSeen = null, stale = false } = flag.server ?? {};
  return [
    `  ${cleanText(flag.key)}`,
    flag.value ? style.good(stateOf(flag)) : 'off',
    lastSeen === null ? 'never' : ago(lastSeen, now),
    `${stale ? `${style.warn('stale !')} ` : ''}${cleanText(aboutOf(flag))}`,
  ];
}

function stateOf({ share, server }: FlagStatus): string {
  if (share !== null) return share === 100 ? 'on' : `on for ${share} %`;
  return (server?.strategies.length ?? 0) > 1 ? `on by ${server?.strategies.length ?? 0} strategies` : 'on';
}

function aboutOf({ description, kind, type, variants, conditions, server }: FlagStatus): string {
  const segments = server?.segments ?? [];
  const notes = [
    kind,
    type === 'boolean' ? null : variants.join(' | '),
    segments.length > 0 ? `segments: ${segments.join(', ')}` : null,
    conditions > segments.length ? 'not the same for everybody' : null,
  ].filter((note) => note !== null);
  return `${description ?? ''}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function segmentLine({ name, description, conditions }: FlagSegment): string {
  const about = description === null || description === '' ? '' : `: ${description}`;
  return cleanText(
    `  segment ${name} (${conditions === 1 ? '1 condition' : `${conditions} conditions`})${about}`,
  );
}
