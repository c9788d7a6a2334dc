import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Fetch } from './probing.ts';

const limitMs = 2_000;

/** A GET over a connection of its own: a kept one could lead to a former worker of the edge. */
export const httpGet: Fetch = ({ address, port, path, headers }) =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        host: address,
        port,
        path,
        headers: { ...headers, connection: 'close' },
        agent: false,
        timeout: limitMs,
      },
      (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
        response.resume();
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${limitMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });

/** `address/prefix` of each IPv4 interface of this container. */
export function ownNetworks(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((interfaces) =>
    (interfaces ?? []).flatMap(({ family, cidr, internal }) =>
      family === 'IPv4' && !internal && cidr !== null ? [cidr] : [],
    ),
  );
}
