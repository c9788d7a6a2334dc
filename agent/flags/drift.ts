/**
 * What a flag is here against what the file says it should be. Only the state is compared: what differs in rules and
 * variants comes with a deploy, which never overturns a state. Pure.
 */
import { canonicalJson } from '../common/canonical.ts';
import type { FlagDefinition, Serve } from '../swarm/ledger/flag-definition.ts';
import { settingFor, type FlagSetting, type FlagState } from '../swarm/ledger/flags.ts';
import { modelOf, onOf } from './model.ts';

export interface Drift {
  readonly key: string;
  readonly live: FlagSetting;
  /** `undefined`: the file does not define it. */
  readonly file: FlagDefinition | undefined;
  /** What would make it what the file says. */
  readonly apply: { readonly to: FlagState } | { readonly cannot: string };
}

export interface Sides {
  /** Of the file, for this environment. */
  readonly file: readonly FlagDefinition[];
  /** That hold here. */
  readonly live: readonly FlagDefinition[];
  readonly states: ReadonlyMap<string, FlagSetting>;
}

/** Of the flags that somebody has switched, by key. */
export function driftOf({ file, live, states }: Sides): readonly Drift[] {
  const [inFile, here] = [byKey(file), byKey(live)];
  return [...states.keys()].sort().flatMap((key): readonly Drift[] => {
    const setting = states.get(key) ?? 'off';
    const definition = inFile.get(key);
    if (definition && agrees(definition, setting)) return [];
    return [{ key, live: setting, file: definition, apply: applying(definition, here.get(key)) }];
  });
}

/** Whether a state means what the definition says by itself. */
export function agrees(definition: FlagDefinition, setting: FlagSetting): boolean {
  return same(meaning(definition, setting), meaning(definition, ownSetting(definition)));
}

export function ownSetting(definition: FlagDefinition): 'on' | 'off' {
  return definition.default ? 'on' : 'off';
}

/** What those get for whom no rule says otherwise; `off` is more than its variant: rules do not count then. */
function meaning(definition: FlagDefinition, setting: FlagSetting): 'off' | Serve {
  return setting === 'off' ? 'off' : onOf(modelOf(definition), setting);
}

function same(a: 'off' | Serve, b: 'off' | Serve): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Nothing that was switched is better than the same that was: the next deploy then brings what the file says. */
function applying(file: FlagDefinition | undefined, live: FlagDefinition | undefined): Drift['apply'] {
  if (!file && !live) return { to: 'forgotten' };
  if (!file) return { cannot: 'the file does not define it, and what is live does: deploy first' };
  if (!live) return { cannot: 'what is live does not define it: deploy first' };
  const wanted = meaning(file, ownSetting(file));
  const own = ownSetting(live);
  if (same(wanted, meaning(live, own))) return { to: 'forgotten' };
  const found = candidates(wanted, live).find((setting) => same(wanted, meaning(live, setting)));
  return found
    ? { to: found }
    : { cannot: 'it splits its users as only its new definition can: deploy first' };
}

function candidates(wanted: 'off' | Serve, live: FlagDefinition): readonly FlagSetting[] {
  if (wanted === 'off') return ['off'];
  const { type, off } = modelOf(live);
  const split = 'split' in wanted ? wanted.split : [{ variant: wanted.variant, share: null }];
  const [one] = 'split' in wanted ? split.filter(({ variant }) => variant !== off) : split;
  const share = one?.share ?? null;
  // A boolean flag has no variants that could be named.
  const variant = type === 'boolean' ? null : (one?.variant ?? null);
  return ['on', settingFor({ share, variant: null }), settingFor({ share, variant })];
}

function byKey(flags: readonly FlagDefinition[]): ReadonlyMap<string, FlagDefinition> {
  return new Map(flags.map((flag) => [flag.key, flag]));
}

/** `on`, `off`, `on: quick 25 %, classic 75 %`. */
export function toldDefinition(definition: FlagDefinition): string {
  if (!definition.default) return 'off';
  const { on } = modelOf(definition);
  if ('variant' in on) return on.variant === 'on' ? 'on' : `on: ${on.variant}`;
  return `on: ${on.split.map(({ variant, share }) => `${variant} ${share / 100} %`).join(', ')}`;
}
