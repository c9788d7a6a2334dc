/** Who may connect at all, decided by the HTTP request alone, before anything is read of a message. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { address } from '../../protocol/connection/wire.ts';

export interface Door {
  readonly port: number;
  readonly token: string;
}

export interface Knock {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export type Verdict =
  { readonly open: true } | { readonly open: false; readonly status: number; readonly text: string };

/**
 * A browser sends `Origin` with every WebSocket and cannot be kept from connecting to this port, a page under a name
 * that was rebound to 127.0.0.1 sends that name as `Host`; neither knows the token.
 */
export function knock({ method, url, headers }: Knock, { port, token }: Door): Verdict {
  if (headers.host !== `${address}:${port}`)
    return refused(421, `This agent answers to the Host ${address}:${port} only.`);
  if (headers.origin !== undefined)
    return refused(403, 'This agent does not talk to web pages (the request has an Origin).');
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (given === undefined)
    return refused(401, 'The token is missing: "Authorization: Bearer …", out of the discovery file.');
  if (!isSame(given, token))
    return refused(401, 'The token is wrong. It changes with each start: read the discovery file again.');
  if (method !== 'GET' || url !== '/')
    return refused(404, 'There is nothing but a WebSocket at /, asked for with GET.');
  if (headers.upgrade?.toLowerCase() !== 'websocket')
    return refused(426, 'This agent speaks JSON-RPC 2.0 over a WebSocket.');
  return { open: true };
}

function refused(status: number, text: string): Verdict {
  return { open: false, status, text };
}

/** In a time that tells nothing about how much of it is right; hashed, since the comparison needs equal lengths. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
