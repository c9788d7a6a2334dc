/**
 * What an environment's edge is set to, apart from what a release says: its ports, its limits, and whose word
 * about a client it takes. Part of the edge's own spec, so a change of it is a `setup --upgrade-edge`.
 */
import { edgePaths, edgePorts } from './wire.ts';

export interface Door {
  /** Published port for HTTP; `undefined`: none, only a proxy in front reaches the edge, on a network. */
  readonly http?: number | undefined;
  /** Published port for HTTPS; `undefined`: none. */
  readonly https?: number | undefined;
  /** Bytes of a request's body; `undefined`: no limit. */
  readonly maxBody?: number | undefined;
  /** Bytes of a request's headers, and of its address. */
  readonly maxHeader?: number | undefined;
  /** Networks (CIDR) of proxies in front: only they are believed about the client. */
  readonly trustedProxies?: readonly string[] | undefined;
}

export const defaultMaxHeader = 12 * 1024;

const headroom = 4 * 1024;

/** HAProxy's buffer: above the limit, so that what is too long is still read far enough for a clear answer. */
export function bufferSize({ maxHeader = defaultMaxHeader }: Door): number {
  return Math.max(16 * 1024, maxHeader + 2 * headroom - (maxHeader % headroom));
}

const plain = 'content-type text/plain hdr cache-control no-store hdr x-content-type-options nosniff';

/** Rules that turn away what is too large, with an answer that says so. */
export function limitRules({ maxBody, maxHeader = defaultMaxHeader }: Door): readonly string[] {
  const header = `${maxHeader} bytes`;
  return [
    '  # ---- limits',
    `  http-request return status 414 ${plain} string "The address is longer than this server takes (${header}).\\n" if { url,length gt ${maxHeader} }`,
    `  http-request return status 431 ${plain} string "The headers, cookies among them, are larger than this server takes (${header}).\\n" if { req.hdrs,length gt ${maxHeader} }`,
    ...(maxBody === undefined ? [] : bodyRules(maxBody)),
  ];
}

/**
 * A body whose length nobody tells cannot be held to a limit without keeping it here first. HTTP/2 does not say whether
 * there is one before it comes: the methods that have one have to tell.
 */
function bodyRules(maxBody: number): readonly string[] {
  return [
    `  http-request return status 413 ${plain} string "The body is larger than this server takes (${maxBody} bytes).\\n" if { req.hdr_val(content-length) gt ${maxBody} }`,
    `  http-request return status 411 ${plain} string "This server limits bodies to ${maxBody} bytes, so it has to know their length first: send a content-length.\\n" if { req.hdr(transfer-encoding) -m found } || { req.ver -m str 2.0 } { method POST PUT PATCH } !{ req.hdr(content-length) -m found }`,
  ];
}

/**
 * Seconds for which an idle connection is kept. Without a port the edge's tasks are exchanged one after the other's
 * successor came, and they end when their clients' idle connections have: before their stop grace is over.
 */
export function keepAliveSeconds({ http }: Door): number {
  return http === undefined ? 15 : 60;
}

/** So many proxies of one's own may stand in a row. */
const proxiesInARow = 5;

/**
 * What the app is told about its client. Nobody but a trusted proxy can say who the client is: what others
 * claim is dropped. Behind trusted ones, the client is the last address that none of them is at.
 */
export function forwardingRules({ http, https, trustedProxies = [] }: Door): readonly string[] {
  const claims = ['for', 'proto', 'host', 'port'].map((what) => `x-forwarded-${what}`);
  const trust =
    trustedProxies.length === 0
      ? ['  acl trusted always_false']
      : trustedProxies.map((network) => `  acl trusted src ${network}`);
  const places = Array.from({ length: proxiesInARow }, (_, index) => -1 - index);
  return [
    '  # ---- what the app is told, what may be asked twice',
    ...trust,
    '  http-request set-var(txn.peer) src',
    '  http-request set-var(txn.proxied) bool(true) if trusted',
    '  acl proxied var(txn.proxied) -m bool',
    ...['forwarded', ...claims].map((name) => `  http-request del-header ${name} unless proxied`),
    ...(trustedProxies.length === 0
      ? []
      : places.map((place) => `  http-request set-src req.hdr_ip(x-forwarded-for,${place}) if trusted`)),
    '  http-request add-header x-forwarded-for %[var(txn.peer)]',
    ...missingHeader('x-forwarded-host', '%[req.hdr(host)]'),
    // A proxy that ended TLS knows the port as little as we do: then nothing is said about it.
    ...(https === undefined ? [] : schemeHeaders('https', https, '{ ssl_fc }')),
    ...schemeHeaders('http', http),
    '  http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
  ];
}

function schemeHeaders(scheme: string, port: number | undefined, when = ''): readonly string[] {
  const noProto = `!{ req.hdr(x-forwarded-proto) -m found } ${when}`;
  return [
    ...(port === undefined ? [] : missingHeader('x-forwarded-port', String(port), noProto)),
    ...missingHeader('x-forwarded-proto', scheme, when),
  ];
}

function missingHeader(name: string, value: string, when = ''): readonly string[] {
  return [`  http-request set-header ${name} ${value} if !{ req.hdr(${name}) -m found } ${when}`.trimEnd()];
}

/** Strict: whoever asks for a name that no certificate has is refused, not shown another one's certificate. */
export function tlsBind({ https }: Door): readonly string[] {
  if (https === undefined) return [];
  return [
    `  bind :${edgePorts.tls} ssl crt-list ${edgePaths.certificates} strict-sni ssl-min-ver TLSv1.2 alpn h2,http/1.1`,
  ];
}

/**
 * Users of HTTP go on over HTTPS as soon as there is a certificate. Not probes and suites, which come by the
 * networks of the cluster, nor what a trusted proxy took in over TLS. Kept by no browser: taking TLS away again must
 * be possible. `t/on` is in the map while the ledger has a certificate.
 */
export function redirectRules({ https }: Door): readonly string[] {
  if (https === undefined) return [];
  const port = https === 443 ? '' : `:${https}`;
  return [
    '  # ---- to HTTPS',
    `  http-request set-var(txn.tls) str(t/on),map_str(${edgePaths.map})`,
    '  acl suite var(txn.by),concat(:,txn.want) -m reg ^header:.',
    `  http-request return status 308 hdr location "https://%[var(txn.host)]${port}%[pathq]" hdr cache-control no-store if { var(txn.tls) -m found } !{ ssl_fc } !{ req.hdr(x-forwarded-proto) -m str https } !probing !suite`,
  ];
}
