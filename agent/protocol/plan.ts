/** What `plan` tells: what a deploy of this commit would do. Nothing is changed for it. */
import type { FlagSwitch } from './flag-settling.ts';
import type { ReleaseName } from './methods.ts';

export interface PlanResult {
  readonly environment: string;
  readonly stack: string;
  /** `unchanged`: all of it runs already. */
  readonly outcome: 'changes' | 'unchanged';
  readonly ref: string;
  readonly commit: string;
  readonly tag: string | null;
  readonly subject: string;
  readonly live: ReleaseName | null;
  readonly services: readonly PlannedService[];
  /** Databases, brokers; a deploy creates those that are missing, and changes none. */
  readonly backing: readonly PlannedBacking[];
  /** Run once each, in this order, before anything is placed. */
  readonly commands: readonly PlannedCommand[];
  /** What it changes of the definitions of flags; their state stays. */
  readonly flags: readonly PlannedFlag[];
  /** Flags that are switched otherwise than the commit says; a deploy leaves them so. */
  readonly drift: readonly PlannedDrift[];
  /** Shares of the traffic one after the other, in percent; `holdMs` `null`: until somebody promotes. */
  readonly steps: readonly { readonly share: number; readonly holdMs: number | null }[];
  /** What does not come back as it was, one sentence each. */
  readonly cannotBeUndone: readonly string[];
  /** Why a deploy would be refused right now; `null`: nothing known. */
  readonly blocked: string | null;
}

export interface PlannedService {
  readonly service: string;
  /**
   * `build`: placed, its image has to be built; `pull`: placed, its image has to be pulled; `reuse`: placed, with an
   * image that is there; `untouched`: runs as it is wanted; `left`: runs, is not in this commit, and stays.
   */
  readonly action: 'build' | 'pull' | 'reuse' | 'untouched' | 'left';
  readonly reason: string;
  readonly from: 'blue' | 'green' | null;
  readonly to: 'blue' | 'green' | null;
  readonly differences: readonly Difference[];
}

export interface PlannedCommand {
  readonly service: string;
  /** As a person writes it: `npm run migrate`. */
  readonly command: string;
  readonly timeoutMs: number;
}

export interface PlannedBacking {
  readonly service: string;
  /**
   * `create`: the deploy makes it; `differs`: it runs otherwise than the commit says, and stays so until
   * `backing apply`; `untouched`: runs as it is wanted; `left`: runs, is not in this commit, and stays.
   */
  readonly action: 'create' | 'differs' | 'untouched' | 'left';
  readonly differences: readonly Difference[];
}

export interface PlannedFlag {
  readonly key: string;
  readonly action: 'added' | 'changed' | 'removed';
  readonly differences: readonly Difference[];
}

export interface PlannedDrift {
  readonly key: string;
  readonly live: FlagSwitch;
  /** `on`, `off`, `on: quick 25 %, classic 75 %`. */
  readonly file: string;
}

/** One field of what runs against what would run; `null`: not there. Values of secrets are masked. */
export interface Difference {
  /** `environment.LOG_LEVEL`, `image`, `spec.TaskTemplate.Resources.Limits.MemoryBytes`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Longer values are cut: whole specs are for programs. */
const longestValue = 80;

/** `+ image: postgres:16`, `~ environment.TZ: UTC -> Europe/Berlin`. */
export function differenceLine({ field, before, after }: Difference): string {
  if (before === null) return `+ ${field}: ${shown(after)}`;
  if (after === null) return `- ${field}: ${shown(before)}`;
  return before === '***' && after === '***'
    ? `~ ${field}: another value (not shown)`
    : `~ ${field}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: string | null): string {
  const text = (value ?? '').replaceAll('\n', ' ');
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
