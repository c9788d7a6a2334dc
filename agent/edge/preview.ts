/**
 * Preview links: `<key id>.<service>.<release>.<expires>.<mac>`, where `mac` is the lower-case hex HMAC-SHA-256
 * over everything before its dot. Edges verify them without asking anybody (base-config.ts).
 */
import { createHmac } from 'node:crypto';
import type { EdgeKeys } from '../swarm/ledger/keys-store.ts';
import { previewName } from './wire.ts';

export interface PreviewToken {
  readonly key: EdgeKeys['preview'];
  readonly service: string;
  readonly release: number;
  /** Milliseconds since the epoch; at most a day ahead, or edges refuse it. */
  readonly expires: number;
}

/** For the `x-tidegate-preview` header of a test suite. */
export function previewToken({ key, service, release, expires }: PreviewToken): string {
  const signed = [key.id, service, release, Math.floor(expires / 1000)].join('.');
  const mac = createHmac('sha256', Buffer.from(key.key, 'base64')).update(signed).digest('hex');
  return `${signed}.${mac}`;
}

/** For a browser: the edge turns it into a cookie and goes on to the path of `baseUrl`. */
export function previewLink(link: PreviewToken & { readonly baseUrl: string }): string {
  const url = new URL(link.baseUrl);
  url.search = '';
  url.searchParams.set(previewName, previewToken(link));
  return url.href;
}
