/** Which SDKs are there. Those of Unleash say who they are with each request; bounded, since anybody may say anything. */
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type Json } from '../../common/json.ts';
import type { ConnectedSdk } from '../../protocol/flag-counts.ts';

export interface SdkIdentity {
  readonly app: string;
  readonly sdk: string | null;
  readonly instance: string;
}

/** They ask every 15 seconds, or tell what they counted every minute. */
const goneMs = 150_000;
export const mostSdks = 1_000;
const longestName = 100;

export class Sdks {
  /** The one that was silent for the longest time comes first. */
  readonly #seen = new Map<
    string,
    { readonly identity: SdkIdentity; readonly at: number; streams: number }
  >();

  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** `streams`: 1 when it has opened one, -1 when that has ended. */
  see(identity: SdkIdentity, streams: -1 | 0 | 1 = 0): void {
    const id = JSON.stringify(identity);
    const known = this.#seen.get(id);
    if (known === undefined && streams < 0) return;
    this.#seen.delete(id);
    this.#seen.set(id, { identity, at: this.#now(), streams: Math.max(0, (known?.streams ?? 0) + streams) });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > mostSdks && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** By application and kind of SDK, sorted. */
  connected(): readonly ConnectedSdk[] {
    const now = this.#now();
    const found = new Map<string, ConnectedSdk>();
    for (const [id, { identity, at, streams }] of this.#seen) {
      if (streams === 0 && now - at > goneMs) {
        this.#seen.delete(id);
        continue;
      }
      const { app, sdk } = identity;
      const group = JSON.stringify([app, sdk]);
      const instances = (found.get(group)?.instances ?? 0) + 1;
      // Those that were seen later come later.
      found.set(group, { app, sdk, instances, seenAt: new Date(at).toISOString() });
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sdk]) => sdk);
  }
}

/** `undefined`: it does not say which application it belongs to. Bodies say what headers leave out. */
export function identityOf(headers: IncomingHttpHeaders, body: unknown = {}): SdkIdentity | undefined {
  const said = isJsonObject(body) ? body : {};
  const app = name(headers['unleash-appname'] ?? headers['x-unleash-appname'] ?? said['appName']);
  if (app === undefined) return undefined;
  const connection = headers['unleash-connection-id'] ?? headers['x-unleash-connection-id'];
  const instance = connection ?? headers['unleash-instanceid'] ?? said['instanceId'];
  const sdk = name(headers['unleash-sdk'] ?? headers['x-unleash-sdk'] ?? said['sdkVersion']);
  return { app, sdk: sdk ?? null, instance: name(instance) ?? '' };
}

function name(value: Json | undefined | readonly string[]): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestName) : undefined;
}
