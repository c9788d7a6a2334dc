import type { FlagEvaluateResult, FlagTokenResult } from '../../protocol/flag-methods.ts';
import type { FlagSetResult, FlagsResult, FlagStatus } from '../../protocol/methods.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';
import { reportOverrides } from './local-flags.ts';
import { releaseName } from './release-name.ts';
import { reportServerFlags } from './server-flags.ts';

/** One line a flag. `now`: milliseconds since the epoch. */
export function reportFlags(result: FlagsResult, style: Style, now: number): string[] {
  const { server } = result;
  if (server !== undefined) return reportServerFlags({ ...result, server }, style, now);
  const head = `${style.bold(result.environment)}  ${style.dim(`release ${releaseName(result.release)}`)}`;
  const { overrides = [] } = result;
  const here = overrides.length === 0 ? [] : ['', ...reportOverrides(overrides, style)];
  if (result.flags.length === 0) return [head, '  It has no flags.', ...here];
  const titles = ['  FLAG', 'STATE', 'SWITCHED', 'DESCRIPTION'].map((title) => style.dim(title));
  return [head, ...alignColumns([titles, ...result.flags.map((flag) => row(flag, style, now))]), ...here];
}

function row(flag: FlagStatus, style: Style, now: number): string[] {
  return [
    `  ${flag.key}`,
    state(flag, style),
    flag.at === null ? 'never' : `${ago(flag.at, now)} by ${flag.by ?? '?'}`,
    flag.defined ? cleanText(about(flag)) : style.bad('not defined any more !'),
  ];
}

function state({ defined, state, value, share, variant }: FlagStatus, style: Style): string {
  if (!defined) return style.warn(`${state ?? 'off'} !`);
  const given = `on${share === null ? '' : ` for ${share} %`}${variant === undefined ? '' : ` with ${variant}`}`;
  const word = value ? given : 'off';
  const shown = state === null ? `${word} (default)` : word;
  return value ? style.good(shown) : shown;
}

function about(flag: FlagStatus): string {
  const { description, owner, kind, expires, type, variants, conditions, unleash } = flag;
  const notes = [
    owner,
    kind,
    expires === null ? null : `until ${expires}`,
    type === 'boolean' ? null : variants.join(' | '),
    conditions === 0 ? null : 'not the same for everybody',
    unleash === undefined
      ? null
      : `${unleash.state === 'refused' ? 'not for Unleash SDKs' : 'Unleash SDKs'}: ${unleash.reason}`,
  ].filter((note) => note !== null);
  return `${description ?? ''}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

export function reportFlagSet(result: FlagSetResult, style: Style): string[] {
  const word = result.outcome === 'partial' ? style.bad(result.outcome) : style.good(result.outcome);
  return [`${word}: ${cleanText(result.message)}`];
}

/** The token alone is a line of its own: it is what gets copied. */
export function reportFlagToken({ token, addresses, message }: FlagTokenResult): string[] {
  return [
    token,
    `OFREP ${addresses.ofrep}, Unleash ${addresses.unleash}, flagd ${addresses.flagd}: for services of the environment.`,
    message,
  ];
}

export function reportEvaluations({ environment, evaluations }: FlagEvaluateResult, style: Style): string[] {
  const head = style.bold(environment);
  if (evaluations.length === 0) return [head, '  It has no flags.'];
  const titles = ['  FLAG', 'VARIANT', 'VALUE', 'BECAUSE'].map((title) => style.dim(title));
  const rows = evaluations.map(({ key, variant, value, because }) => [
    `  ${key}`,
    variant ?? style.bad('error !'),
    variant === null ? "the SDK's default" : cleanText(JSON.stringify(value)),
    cleanText(because),
  ]);
  return [head, ...alignColumns([titles, ...rows])];
}
