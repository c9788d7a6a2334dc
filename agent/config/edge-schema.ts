/** The part of tidegate.yaml about the door: `environments.<name>.edge`. */
import { isIP } from 'node:net';
import * as z from 'zod';
import { parseBytes } from './durations.ts';

/** With its unit: a bare number could be anything. */
const sizePattern = /^\d{1,9}(?:\.\d{1,3})?(?:B|KB|MB|GB)$/;

const port = (description: string) =>
  z
    .int({ error: 'is not a port' })
    .min(1, { error: 'is not a port' })
    .max(65_535, { error: 'is not a port' })
    .describe(description);

function size(description: string, limits: { readonly least: number; readonly most: number }) {
  return z
    .string({ error: (issue) => (typeof issue.input === 'number' ? 'has no unit' : undefined) })
    .regex(sizePattern, {
      error: (issue) => (/^[\d.]+$/.test(String(issue.input)) ? 'has no unit' : 'is not an amount of data'),
    })
    .describe(description)
    .transform((written, context) => {
      const bytes = parseBytes(written);
      if (bytes !== undefined && bytes >= limits.least && bytes <= limits.most) return bytes;
      context.addIssue({ code: 'custom', message: 'is out of range', input: written });
      return z.NEVER;
    });
}

const kilobyte = 1024;

/** Also part of a label of the ledger and of a file's name. */
export const certificateName = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;

const network = z
  .string()
  .refine(isNetwork, { error: 'is not a network' })
  .describe('Networks of the proxies in front, as CIDR: [10.0.0.0/8, 2001:db8::/32].');

/** As Docker takes names of networks. */
const networkName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, { error: 'is not the name of a network' })
  .describe(
    'Instead of a port: an overlay network of yours on which a proxy in front reaches the edge: proxy.',
  );

const edgeLabels = z
  .record(
    z.string().regex(/^(?!tidegate\.|com\.docker\.)[A-Za-z0-9_.\-/[\]]{1,200}$/, {
      error: "is not a label's name, or one of Tidegate's or Docker's own",
    }),
    z.string({ error: 'is not text: put it in quotes' }),
  )
  .describe('Labels of the edge\'s service, for a proxy that reads them: { traefik.enable: "true" }.');

const edgeObject = z
  .strictObject({
    http: port('The port the edge publishes for HTTP, from 1 to 65535: 8080.').optional(),
    https: port('The port the edge publishes for HTTPS, from 1 to 65535: 443.').optional(),
    tls: z
      .array(
        z
          .string()
          .max(40, { error: 'is too long' })
          .regex(certificateName, { error: 'is not a name' })
          .describe(
            'Names for its certificates, lower-case letters and digits joined by "-": [shop-cert]. "tidegate cert set" brings them.',
          ),
      )
      .min(1, { error: 'is empty' })
      .max(32, { error: 'is too long' })
      .optional()
      .describe('Names for its certificates: [shop-cert]. "tidegate cert set" brings them.'),
    maxBody: size('The largest body of a request, with its unit: 10MB (default: no limit).', {
      least: 1,
      most: 1024 ** 4,
    }).optional(),
    maxHeader: size(
      'The largest headers, and the longest address, of a request, from 1KB to 64KB: 16KB (default 12KB).',
      { least: kilobyte, most: 64 * kilobyte },
    ).optional(),
    trustedProxies: z
      .array(network)
      .min(1, { error: 'is empty' })
      .max(64, { error: 'is too long' })
      .optional()
      .describe(
        'Networks of the proxies in front, which are believed about the client: [10.0.0.0/8]. Without it nobody is, or, of an edge without a port, who is on its network.',
      ),
    network: networkName.optional(),
    labels: edgeLabels.optional(),
  })
  .check((context) => {
    const { http, https, tls, network, labels } = context.value;
    const wrong = (key: string, message: string): void => {
      context.issues.push({ code: 'custom', message, input: context.value, path: [key] });
    };
    if (network === undefined && labels !== undefined)
      wrong('labels', 'are for an edge without a port: name its network, proxy');
    if (network !== undefined) {
      if (http !== undefined) wrong('http', 'is a port, but an edge on a network of yours publishes none');
      for (const key of ['https', 'tls'] as const)
        if (context.value[key] !== undefined) wrong(key, 'has no meaning here: the proxy in front ends TLS');
      return;
    }
    if (http === undefined) wrong('http', 'is missing');
    if (https !== undefined && https === http) wrong('https', 'is the port of HTTP as well');
    if (https !== undefined && tls === undefined)
      wrong('https', 'has no certificates: name them under tls, [shop-cert]');
    if (https === undefined && tls !== undefined) wrong('tls', 'needs a port as well: https, 443');
  })
  .describe(
    'The environment\'s public door: { http: 8080 }. Or none: a proxy of yours in front, on the network "proxy".',
  )
  // `properties` and `required` say nothing of texts, and `pattern` nothing of maps.
  .meta({ type: ['object', 'string'], pattern: '^none$' });

/** Where a proxy in front is looked for by `edge: none`. */
export const usualProxyNetwork = 'proxy';

export const edgeSchema = z.preprocess(
  (written) => (written === 'none' ? { network: usualProxyNetwork } : written),
  edgeObject,
);
export type EdgeInput = z.output<typeof edgeSchema>;

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || /[^0-9a-fA-F:.]/.test(address)) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (family === 4 ? 32 : 128);
}
