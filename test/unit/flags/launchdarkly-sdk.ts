/**
 * What an SDK of LaunchDarkly makes of a flag, written down from its own words on evaluation
 * (https://launchdarkly.com/docs/sdk/concepts/flag-evaluation-rules), for contexts of users. Who is in a share is asked of
 * the outside: its buckets are its own.
 */
export interface Clause {
  readonly attribute: string;
  readonly op: string;
  readonly values: readonly unknown[];
  readonly negate: boolean;
}

export interface Served {
  readonly variation?: number;
  readonly rollout?: {
    readonly bucketBy: string;
    readonly variations: readonly { readonly variation: number; readonly weight: number }[];
  };
}

export interface Flag {
  readonly key: string;
  readonly variations: readonly { readonly value: unknown }[];
  readonly environments: Readonly<Record<string, There>>;
}

interface There {
  readonly on: boolean;
  readonly offVariation: number;
  readonly prerequisites: readonly { readonly key: string; readonly variation: number }[];
  readonly rules: readonly (Served & { readonly clauses: readonly Clause[] })[];
  readonly fallthrough: Served;
}

type User = Readonly<Record<string, unknown>>;

export interface Sdk {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly environment: string;
  /** Which of these variations a user of a share gets; only of those who have what it goes by. */
  readonly draw: (flag: Flag, value: unknown, served: NonNullable<Served['rollout']>) => number;
}

export function variationOf(flag: Flag, user: User, sdk: Sdk): number {
  const there = flag.environments[sdk.environment];
  if (!there) throw new Error(`${flag.key} is in another environment`);
  const { on, offVariation, prerequisites, rules, fallthrough } = there;
  if (!on) return offVariation;
  for (const { key, variation } of prerequisites) {
    const needed = sdk.flags.get(key);
    if (!needed?.environments[sdk.environment]?.on || variationOf(needed, user, sdk) !== variation)
      return offVariation;
  }
  const rule = rules.find(({ clauses }) => clauses.every((clause) => passes(clause, user)));
  const { variation, rollout } = rule ?? fallthrough;
  if (variation !== undefined) return variation;
  if (!rollout) throw new Error(`${flag.key} serves nothing`);
  const value = valueOf(rollout.bucketBy, user);
  // Bucket 0.
  if (value === undefined) return rollout.variations.find(({ weight }) => weight > 0)?.variation ?? -1;
  return sdk.draw(flag, value, rollout);
}

function valueOf(reference: string, user: User): unknown {
  if (reference === 'key') return user['targetingKey'];
  let value: unknown = user;
  for (const part of reference.replace(/^\//, '').split('/'))
    value = typeof value === 'object' && value !== null ? (value as User)[part] : undefined;
  return value ?? undefined;
}

function passes({ attribute, op, values, negate }: Clause, user: User): boolean {
  const value = valueOf(attribute, user);
  return value !== undefined && values.some((one) => holds(op, value, one)) !== negate;
}

function holds(op: string, value: unknown, asked: unknown): boolean {
  if (op === 'in') return value === asked;
  if (op.startsWith('semVer')) return holdsOfVersions(op, value, asked);
  if (typeof value === 'string' && typeof asked === 'string') {
    if (op === 'startsWith') return value.startsWith(asked);
    if (op === 'endsWith') return value.endsWith(asked);
  }
  if (typeof value !== 'number' || typeof asked !== 'number') return false;
  if (op === 'lessThan') return value < asked;
  if (op === 'lessThanOrEqual') return value <= asked;
  if (op === 'greaterThan') return value > asked;
  return op === 'greaterThanOrEqual' && value >= asked;
}

/** Three whole numbers each: as far as the generated contexts go. */
function holdsOfVersions(op: string, value: unknown, asked: unknown): boolean {
  const parts = [value, asked].map((text) =>
    /^(\d+)\.(\d+)\.(\d+)$/.exec(String(text))?.slice(1).map(Number),
  );
  const [a, b] = parts;
  if (!a || !b) return false;
  const sign = a.map((part, index) => Math.sign(part - (b[index] ?? 0))).find((one) => one !== 0) ?? 0;
  return sign === { semVerLessThan: -1, semVerEqual: 0, semVerGreaterThan: 1 }[op];
}
