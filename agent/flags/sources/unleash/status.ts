/** A flag of Unleash as clients of Tidegate know flags. Pure. */
import type { FlagStatus } from '../../../protocol/methods.ts';
import type { Segments, Strategy } from './shapes.ts';

/** A flag in one environment. */
export interface UnleashFlag {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly type?: string | undefined;
  readonly stale?: boolean | undefined;
  readonly enabled: boolean;
  readonly lastSeenAt?: string | null | undefined;
  readonly strategies: readonly Strategy[];
}

export const rolloutStrategy = 'flexibleRollout';

const kinds: Readonly<Record<string, FlagStatus['kind']>> = {
  release: 'release',
  experiment: 'experiment',
  operational: 'ops',
  'kill-switch': 'kill-switch',
};

/** Unleash's name for a kind of ours. */
export function typeOf(kind: NonNullable<FlagStatus['kind']>): string {
  return kind === 'ops' ? 'operational' : kind;
}

const payloads: Readonly<Record<string, FlagStatus['type']>> = {
  string: 'string',
  csv: 'string',
  number: 'number',
  json: 'object',
};

export function statusOf(flag: UnleashFlag, segments: Segments): FlagStatus {
  const enabled = enabledOf(flag.strategies);
  const used = enabled.flatMap((strategy) => strategy.segments ?? []);
  return {
    key: flag.name,
    value: flag.enabled,
    state: flag.enabled ? 'on' : 'off',
    share: shareOf(flag.strategies),
    defined: true,
    ...{ default: null, owner: null, expires: null, by: null, at: null },
    description: flag.description ?? null,
    kind: kinds[flag.type ?? ''] ?? null,
    ...variantsOf(enabled),
    conditions: conditionsOf(enabled),
    server: {
      lastSeen: flag.lastSeenAt ?? null,
      stale: flag.stale ?? false,
      strategies: enabled.map(({ name }) => name),
      segments: [...new Set(used)].map((id) => segments.find((one) => one.id === id)?.name ?? `#${id}`),
    },
  };
}

export function enabledOf(strategies: readonly Strategy[]): readonly Strategy[] {
  return strategies.filter(({ disabled }) => disabled !== true);
}

/** The one strategy whose share is that of the flag; else why there is none. */
export function shareStrategy(
  strategies: readonly Strategy[],
): { readonly kind: 'one'; readonly strategy: Strategy } | { readonly kind: 'none'; readonly why: string } {
  const [first, ...others] = enabledOf(strategies);
  if (first === undefined) return { kind: 'none', why: 'it has no strategy that is not disabled' };
  if (others.length > 0) return { kind: 'none', why: `it has ${others.length + 1} strategies there` };
  return first.name === rolloutStrategy
    ? { kind: 'one', strategy: first }
    : { kind: 'none', why: `its strategy there is "${first.name}", which has no share` };
}

/** Percent; `null`: there is no one number that says it. */
export function shareOf(strategies: readonly Strategy[]): number | null {
  const found = shareStrategy(strategies);
  if (found.kind === 'none') return null;
  const share = Number(found.strategy.parameters?.['rollout']);
  return Number.isFinite(share) ? share : null;
}

function variantsOf(enabled: readonly Strategy[]): Pick<FlagStatus, 'type' | 'variants'> {
  const variants = enabled.flatMap((strategy) => strategy.variants ?? []);
  if (variants.length === 0) return { type: 'boolean', variants: ['on', 'off'] };
  return {
    type: payloads[variants.find(({ payload }) => payload)?.payload?.type ?? ''] ?? 'string',
    variants: [...new Set(variants.map(({ name }) => name))],
  };
}

/** 0: everybody gets the same, or is in a share. */
function conditionsOf(enabled: readonly Strategy[]): number {
  const own = enabled.map(
    ({ name, constraints = [], segments = [] }) =>
      constraints.length + segments.length + (name === rolloutStrategy || name === 'default' ? 0 : 1),
  );
  return own.reduce((sum, count) => sum + count, Math.max(enabled.length - 1, 0));
}
