/** Features of Unleash as flags of a flags file: the same for every user, or refused with what cannot be said. */
import type { SpecFeature, SpecState, SpecStrategy, SpecVariant } from './cases.ts';
import {
  addresses,
  attributeOf,
  conditionOf,
  isDate,
  scheduleOf,
  Unsaid,
  type Written,
} from './constraints.ts';

/** The flag, and the segments that it names. */
export interface WrittenFlag {
  readonly flag: Written;
  readonly segments: Readonly<Record<string, Written>>;
}

export function flagOf(feature: SpecFeature, state: SpecState): WrittenFlag {
  const branches = branchesOf(feature, state);
  const values = branches.flatMap(({ variants }) => variants);
  const shape = shapeOf(values, branches);
  const dates = branches.flatMap(({ dates: some }) => some);
  if (dates.length > 0 && branches.length > 1) throw new Unsaid('a time for one of several strategies');
  const last = branches.at(-1);
  const open = last && last.conditions.length === 0 ? last : undefined;
  const rules = branches
    .filter((branch) => branch !== open)
    .map((branch) => ({ when: joined(branch.conditions), serve: serveOf(branch, branch === last) }));
  const needs = needsOf(feature, state);
  const flag = {
    description: feature.name,
    default: feature.enabled ? 'on' : 'off',
    ...shape,
    on: open ? serveOf(open, true) : 'off',
    ...(rules.length > 0 && { rules }),
    ...(needs && { needs }),
    ...(dates.length > 0 && { schedule: scheduleOf(dates) }),
  };
  const named = new Set(branches.flatMap(({ segments }) => segments));
  return { flag, segments: Object.fromEntries([...named].map((id) => segmentOf(id, state))) };
}

/** A strategy that lets somebody in. */
interface Branch {
  readonly conditions: readonly Written[];
  readonly segments: readonly number[];
  readonly dates: NonNullable<SpecStrategy['constraints']>;
  /** Percent of whom, with what mixed in; `undefined`: all. */
  readonly share: { readonly percent: number; readonly by: string; readonly seed: string } | undefined;
  readonly variants: readonly SpecVariant[];
}

function branchesOf(feature: SpecFeature, state: SpecState): readonly Branch[] {
  const { strategies } = feature;
  const all = strategies.length === 0 ? [{ name: 'default' }] : strategies;
  const branches: Branch[] = [];
  for (const strategy of all) {
    const branch = branchOf(strategy, feature, state);
    if (!branch) continue;
    branches.push(branch);
    // Nobody is left for those that follow.
    if (branch.conditions.length === 0 && !branch.share && branch.dates.length === 0) break;
  }
  return branches;
}

/** `undefined`: it lets nobody in. */
function branchOf(strategy: SpecStrategy, feature: SpecFeature, state: SpecState): Branch | undefined {
  const { constraints = [], segments = [], variants = [] } = strategy;
  if (segments.some((id) => !state.segments.has(id))) return undefined;
  const own = ownWayOf(strategy);
  if (own === undefined) return undefined;
  const conditions = [
    ...segments.map((id) => ({ segment: `segment-${id}` })),
    ...constraints.filter((one) => !isDate(one)).map(conditionOf),
    ...own.conditions,
  ];
  const used = variants.length > 0 ? variants : (feature.variants ?? []);
  return { conditions, segments, dates: constraints.filter(isDate), share: own.share, variants: used };
}

type OwnWay = Pick<Branch, 'conditions' | 'share'> | undefined;

function ownWayOf({ name, parameters = {} }: SpecStrategy): OwnWay {
  const { userIds = '', IPs = '', percentage = '', rollout = '', groupId = '', stickiness = '' } = parameters;
  const of = (attribute: string, values: readonly string[]): OwnWay => ({
    conditions: [{ attribute, in: values }],
    share: undefined,
  });
  switch (name) {
    case 'default':
      return { conditions: [], share: undefined };
    case 'userWithId':
      return of(
        'targetingKey',
        userIds.split(',').map((id) => id.trim()),
      );
    case 'remoteAddress':
      return of('remoteAddress', addresses(IPs));
    case 'gradualRolloutUserId':
      return shareOf(percentage, 'userId', groupId);
    case 'gradualRolloutSessionId':
      return shareOf(percentage, 'sessionId', groupId);
    case 'gradualRolloutRandom':
      return shareOf(percentage, 'random', groupId);
    case 'flexibleRollout':
      return shareOf(rollout, stickiness, groupId);
    default:
      throw new Unsaid(`the strategy ${name}`);
  }
}

function shareOf(percentage: string, stickiness: string, seed: string): OwnWay {
  const percent = Number(percentage);
  if (percent === 0) return undefined;
  const isLoose = stickiness === 'default' || stickiness === 'random';
  if (isLoose && percent === 100) return { conditions: [], share: undefined };
  if (isLoose) throw new Unsaid(`a share by the stickiness "${stickiness}"`);
  return { conditions: [], share: { percent, by: attributeOf(stickiness), seed } };
}

function joined(conditions: readonly Written[]): Written {
  const [first, ...others] = conditions;
  return first && others.length === 0 ? first : { all: conditions };
}

function serveOf({ share, variants }: Branch, isLast: boolean): unknown {
  const [variant] = variants;
  const name = variant?.name ?? 'on';
  if (!share) return name;
  if (!isLast) throw new Unsaid('a share, and whom it leaves out may still be let in by another strategy');
  const off = share.percent < 100 ? { off: `${100 - share.percent}%` } : {};
  return { split: { [name]: `${share.percent}%`, ...off }, by: share.by, seed: share.seed };
}

function shapeOf(variants: readonly SpecVariant[], branches: readonly Branch[]): Written {
  if (variants.length === 0) return {};
  for (const { variants: some } of branches) {
    const total = some.reduce((sum, { weight }) => sum + weight, 0);
    // Who gets which depends on the sum in Unleash, and ours is always a thousand.
    if (some.length > 1) throw new Unsaid(`several variants, weighed in parts of ${total}`);
    if (some.length === 0) throw new Unsaid('variants for some of its strategies only');
  }
  const [first] = variants;
  const type = first?.payload?.type ?? '';
  const isNumber = type === 'number';
  if (!isNumber && type !== 'string') throw new Unsaid('a variant without a text or a number');
  const values = variants.map(({ name, payload }) => [
    name,
    isNumber ? Number(payload?.value) : payload?.value,
  ]);
  return {
    type,
    variants: { ...(Object.fromEntries(values) as Written), off: isNumber ? 0 : '' },
    off: 'off',
  };
}

function needsOf({ dependencies = [] }: SpecFeature, { features }: SpecState): Written | undefined {
  if (dependencies.length === 0) return undefined;
  const needs = dependencies.map(({ feature, enabled = true, variants = [] }) => {
    if (!enabled) throw new Unsaid('that another flag has to be off');
    if (variants.includes('disabled')) throw new Unsaid('that another flag has to be without a variant');
    const parent = features.get(feature);
    const known = variants.filter((name) => parent?.strategies.some((one) => hasVariant(one, name)));
    if (variants.length > 0 && known.length === 0) throw new Unsaid('variants that the needed flag has not');
    return [feature, known.length === 0 ? 'on' : known] as const;
  });
  return Object.fromEntries(needs);
}

function hasVariant({ variants = [] }: SpecStrategy, name: string): boolean {
  return variants.some((variant) => variant.name === name);
}

function segmentOf(id: number, { segments }: SpecState): [string, Written] {
  return [`segment-${id}`, joined((segments.get(id)?.constraints ?? []).map(conditionOf))];
}
