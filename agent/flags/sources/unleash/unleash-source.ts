/** Flags that an Unleash server holds, listed and changed through its Admin API (5.9 and later). */
import { nearestNames } from '../../../common/did-you-mean.ts';
import type { Clock } from '../../../common/clock.ts';
import type { FlagCreateResult, FlagServerName } from '../../../protocol/flag-server.ts';
import type { FlagSetResult, FlagsResult } from '../../../protocol/methods.ts';
import { noShare } from '../../failures.ts';
import { atServer, overtaken, unknownAtServer } from '../failures.ts';
import type { EnvironmentFlagSource, NewFlag, WantedState } from '../flag-source.ts';
import { AdminClient } from './admin-client.ts';
import { Admin } from './admin.ts';
import { enabledOf, shareOf, shareStrategy, statusOf, type UnleashFlag } from './status.ts';

export interface UnleashOptions {
  readonly server: FlagServerName;
  readonly token: string;
  readonly ca?: string | undefined;
  /** What Tidegate calls the environment, and its stack. */
  readonly environment: string;
  readonly stack: string;
  readonly clock: Clock;
  /** Of each request. */
  readonly timeoutMs?: number;
}

export function unleashSource(options: UnleashOptions): EnvironmentFlagSource {
  const { server, token, ca, timeoutMs = 10_000 } = options;
  const during = async <T>(signal: AbortSignal, use: (admin: Admin) => Promise<T>): Promise<T> => {
    const client = new AdminClient({ url: server.url, token, ca, timeoutMs, signal });
    try {
      return await use(new Admin(client, server));
    } finally {
      client.close();
    }
  };
  return {
    list: ({ signal }) => during(signal, (admin) => list(admin, options)),
    set: (wanted, { signal }) => during(signal, (admin) => set(admin, options, wanted)),
    create: (flag, { signal }) => during(signal, (admin) => create(admin, options, flag)),
  };
}

async function list(admin: Admin, { server, environment, stack }: UnleashOptions): Promise<FlagsResult> {
  await admin.checkEnvironment();
  const [found, strategies, segments] = await Promise.all([
    admin.flags(),
    admin.strategies(),
    admin.segments(),
  ]);
  const flags = found.map((flag) => {
    const here = flag.environments.find(({ name }) => name === server.environment);
    const there = { enabled: here?.enabled ?? false, lastSeenAt: here?.lastSeenAt };
    return statusOf({ ...flag, ...there, strategies: strategies.get(flag.name) ?? [] }, segments);
  });
  return {
    ...{ environment, stack, release: null, server },
    flags: flags.sort((a, b) => (a.key < b.key ? -1 : 1)),
    segments: segments.map(({ name, description, constraints }) => ({
      name,
      description: description ?? null,
      conditions: constraints?.length ?? 0,
    })),
  };
}

async function set(admin: Admin, options: UnleashOptions, wanted: WantedState): Promise<FlagSetResult> {
  const { server, environment, stack, clock } = options;
  const { key, on, share: wantedShare, ...others } = wanted;
  const [other] = Object.entries(others).flatMap(([name, value]) =>
    value === undefined || name === 'confirmed' ? [] : [name],
  );
  if (other !== undefined) throw atServer(`"${other}" with a switch`, environment, server.url);
  const began = clock.monotonic();
  const before = await admin.flag(key);
  if (before === undefined) throw unknownAtServer(server, key, nearestNames(key, await namesOf(admin)));
  const shareChanged = on && wantedShare !== undefined && (await setShare(admin, before, wantedShare));
  // Behind the share: nobody is in for a moment who is to be out.
  const isSwitched = before.enabled !== on;
  if (isSwitched) await admin.enable(key, on);
  const changed = shareChanged || isSwitched;
  const after = changed ? await admin.flag(key) : before;
  const doing = `switch ${key} ${on ? 'on' : 'off'}`;
  if (after === undefined) throw overtaken({ url: server.url, doing }, 'gone');
  if (after.enabled !== on) throw overtaken({ url: server.url, doing }, after.enabled ? 'on' : 'off');
  const share = on ? shareOf(after.strategies) : null;
  const tookMs = Math.round(clock.monotonic() - began);
  const added = enabledOf(after.strategies).length > enabledOf(before.strategies).length;
  const made = added && wantedShare === undefined ? ' It had no strategy, so the server added one.' : '';
  const state = `${key} is ${wordsOf(after)} in ${environment}${changed ? '' : ' already'}`;
  return {
    ...{ outcome: changed ? 'done' : 'unchanged', environment, stack, flag: key },
    ...{ state: on ? 'on' : 'off', share, value: on },
    message: `${state}: ${server.url} says so (${tookMs} ms).${made}`,
    ...{ controls: 0, missing: [], tookMs },
  };
}

/** True when something was written. */
async function setShare(admin: Admin, { name, strategies }: UnleashFlag, share: number): Promise<boolean> {
  // SDKs of several languages read it as a whole number.
  if (!Number.isInteger(share)) throw noShareThere(name, 'Unleash has whole percents only');
  if (strategies.length === 0) {
    await admin.addShare(name, share);
    return true;
  }
  const found = shareStrategy(strategies);
  if (found.kind === 'none') throw noShareThere(name, found.why);
  if (shareOf(strategies) === share) return false;
  await admin.changeShare(name, found.strategy, share);
  return true;
}

function noShareThere(key: string, why: string): ReturnType<typeof noShare> {
  return noShare(key, why, 'Change its strategies at the server; or switch the flag on or off.');
}

async function namesOf(admin: Admin): Promise<readonly string[]> {
  await admin.checkEnvironment();
  return (await admin.flags()).map(({ name }) => name);
}

function wordsOf({ enabled, strategies }: UnleashFlag): string {
  if (!enabled) return 'off';
  const share = shareOf(strategies);
  if (share !== null) return share === 100 ? 'on' : `on for ${share} %`;
  const { length } = enabledOf(strategies);
  return length === 0 ? 'on' : `on by ${length === 1 ? 'its strategy' : `its ${length} strategies`}`;
}

async function create(admin: Admin, options: UnleashOptions, flag: NewFlag): Promise<FlagCreateResult> {
  const { server, environment, stack } = options;
  await admin.checkEnvironment();
  await admin.create(flag);
  const message = `${flag.key} is created in the project ${server.project} of ${server.url}, off in each of its environments.`;
  return { outcome: 'done', environment, stack, flag: flag.key, message };
}
