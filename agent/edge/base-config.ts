/**
 * The static part of an edge's HAProxy configuration. Everything that changes without a reload is looked up in
 * one map file (`state-document.ts`); what needs a reload is in `services-config.ts`. Written for HAProxy 2.6
 * to 3.0; the sections are in the order a request meets them.
 */
import { names } from '../common/names.ts';
import {
  bufferSize,
  forwardingRules,
  keepAliveSeconds,
  limitRules,
  redirectRules,
  tlsBind,
  type Door,
} from './door.ts';
import {
  bucketCookie,
  controlFlagdPort,
  controlPort,
  edgePaths,
  edgePorts,
  headers,
  previewMaxSeconds,
  previewName,
} from './wire.ts';

export interface BaseConfigOptions {
  readonly stack: string;
  /** What the environment sets; by default plain HTTP on port 80. */
  readonly door?: Door;
  /** Connections at once; HAProxy needs about two file descriptors for each. Default 8000. */
  readonly maxConnections?: number;
  /** Silence between a client and the app before a plain request is given up. Default 60 s. */
  readonly idleSeconds?: number;
  /** Silence on a WebSocket or event stream before it is given up. Default one hour. */
  readonly streamSeconds?: number;
}

export function renderBaseConfig(options: BaseConfigOptions): string {
  const idle = options.idleSeconds ?? 60;
  const stream = options.streamSeconds ?? 3600;
  const door = options.door ?? { http: 80 };
  const sections = [
    global(options.maxConnections ?? 8000, bufferSize(door)),
    resolvers,
    defaults(idle, stream),
    [
      'frontend tidegate-public from tidegate-public',
      `  bind :${edgePorts.public}`,
      ...keepAlive(door),
      ...tlsBind(door),
      ...forwardingRules(door),
      ...limitRules(door),
      ...lookUp,
      ...probe,
      ...previewToken,
      ...redirectRules(door),
      ...previewAnswer,
      ...maintenance,
      ...colour,
      ...canary,
      ...answer,
      `  http-request return status 503 content-type text/html hdr retry-after 5 hdr cache-control no-store string "${noVersionPage}" if { var(txn.colour) -m str -- - }`,
      ...hand,
    ],
    nowhere,
    internal,
    flags,
    flagd(options.stack),
    control(options.stack),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n') + '\n';
}

/** Only where it is another one than everywhere (`defaults`). */
function keepAlive(door: Door): readonly string[] {
  const seconds = keepAliveSeconds(door);
  return seconds === usualKeepAlive ? [] : [`  timeout http-keep-alive ${seconds}s`];
}

const usualKeepAlive = 60;

export const text = 'content-type text/plain hdr cache-control no-store hdr x-content-type-options nosniff';

const noVersionPage =
  '<!doctype html><meta charset=utf-8><title>Nothing here yet</title><h1>Nothing here yet</h1><p>No version of this service has gone live so far.</p>';

const maintenancePage =
  '<!doctype html><meta charset=utf-8><title>Under maintenance</title><h1>Under maintenance</h1><p>This is being worked on. Please come back in a few minutes.</p>';

export const map = `map_str(${edgePaths.map})`;
/** Of all keys that the text begins with, the longest. */
const longestStart = `map_beg(${edgePaths.map})`;

export function global(maxConnections: number, buffer: number): readonly string[] {
  return [
    'global',
    '  log stdout format raw local0 info',
    `  maxconn ${maxConnections}`,
    // Former workers live on after a reload for as long as a stream of theirs does, but not for ever.
    '  hard-stop-after 30m',
    '  mworker-max-reloads 24',
    `  server-state-file ${edgePaths.servers}`,
    `  stats socket ${edgePaths.state}/worker.sock mode 600 level admin expose-fd listeners`,
    '  stats timeout 1h',
    '  tune.lua.maxmem 64',
    `  tune.bufsize ${buffer}`,
    // While it is loaded it makes sure that the map file exists, which HAProxy insists on.
    `  lua-load ${edgePaths.lua}`,
  ];
}

/** Docker's DNS lives in dockerd: its silence must not empty the backends (but addresses are reused one day). */
export const resolvers = [
  'resolvers docker',
  '  nameserver dns 127.0.0.11:53',
  '  accepted_payload_size 8192',
  '  resolve_retries 3',
  '  timeout resolve 250ms',
  '  timeout retry 500ms',
  '  hold valid 250ms',
  '  hold obsolete 0s',
  '  hold nx 1s',
  '  hold refused 1h',
  '  hold timeout 1h',
  '  hold other 1h',
];

export function defaults(idle: number, stream: number): readonly string[] {
  return [
    'defaults tidegate',
    '  mode http',
    '  http-reuse safe',
    // A reload must not cut an idle connection on which a request is just coming in.
    '  option idle-close-on-response',
    '  timeout connect 1s',
    `  timeout client ${idle}s`,
    `  timeout server ${idle}s`,
    `  timeout tunnel ${stream}s`,
    '  timeout queue 5s',
    '  timeout http-request 10s',
    `  timeout http-keep-alive ${usualKeepAlive}s`,
    '  timeout check 1s',
    '',
    'defaults tidegate-public from tidegate',
    '  log global',
    // %HP, not %HU: a query may carry a preview token or somebody's secret.
    '  log-format "%ci [%tr] %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%bc/%sc/%rc %HM %HP"',
    '  option dontlog-normal',
    '  option dontlognull',
    '',
    'defaults tidegate-slot from tidegate',
    '  balance leastconn',
    '  load-server-state-from-file global',
    '  retries 3',
    '  option redispatch 1',
    '  retry-on conn-failure empty-response 0rtt-rejected',
    // An event stream may be silent for longer than an answer may take.
    `  http-request set-timeout server ${stream}s if { req.hdr(accept) -m sub text/event-stream }`,
    '  option httpchk',
    // A server that DNS has just told of waits up to `inter` for its first check, and a swap waits for that.
    // Purged well before the 5 s after which Node.js servers close idle connections themselves.
    '  default-server check inter 250ms fastinter 100ms downinter 200ms fall 2 rise 1 resolvers docker init-addr last,none resolve-prefer ipv4 pool-purge-delay 1s',
  ];
}

/**
 * Host and path -> service -> its line of state. A request without either ends here. Keys end with "/", and so does
 * what is looked up: `/api` is the beginning of `/api/x`, not of `/apis`.
 */
const lookUp = [
  '  # ---- which service',
  `  http-request set-var(txn.version) str(_version),${map}`,
  `  http-request return status 503 ${text} hdr retry-after 1 string "This edge has no state yet.\\n" unless { var(txn.version) -m found }`,
  '  http-request set-var(txn.host) req.hdr(host),host_only,lower',
  '  http-request set-var(txn.path) path',
  `  http-request set-var(txn.service) str(r/),concat(,txn.host),concat(,txn.path,/),${longestStart}`,
  `  http-request set-var(txn.service) str(r/*),concat(,txn.path,/),${longestStart} unless { var(txn.service) -m found }`,
  `  http-request return status 404 ${text} lf-string "No service answers to the host %[var(txn.host)] here, or not at this path.\\n" unless { var(txn.service) -m found }`,
  `  http-request set-var(txn.state) str(s/),concat(,txn.service),${map}`,
];

/**
 * `<kid>.<service>.<release>.<expires>.<mac>`, by link, header or cookie; `txn.want` is its release when
 * everything about it is right (preview.ts makes them).
 */
export const previewToken = [
  '  # ---- previews',
  `  http-request set-var(txn.token) req.cook(${previewName})`,
  '  http-request set-var(txn.by) str(cookie) if { var(txn.token) -m found }',
  `  http-request set-var(txn.token) req.hdr(${headers.preview}) if { req.hdr(${headers.preview}) -m found }`,
  `  http-request set-var(txn.by) str(header) if { req.hdr(${headers.preview}) -m found }`,
  `  http-request set-var(txn.token) url_param(${previewName}) if { url_param(${previewName}) -m found }`,
  `  http-request set-var(txn.by) str(link) if { url_param(${previewName}) -m found }`,
  `  acl has_token var(txn.token) -m reg '^[a-z0-9]+\\.[a-z0-9][a-z0-9_-]*\\.[0-9]{1,9}\\.[0-9]{1,10}\\.[0-9a-f]{64}$'`,
  '  http-request set-var(txn.kid) var(txn.token),field(1,.) if has_token',
  `  http-request set-var(txn.key) str(p/),concat(,txn.kid),${map} if has_token`,
  '  http-request set-var(txn.mac) var(txn.token),field(1,.,4),hmac(sha256,txn.key),hex,lower if has_token { var(txn.key) -m found }',
  '  http-request set-var(txn.signature) var(txn.token),field(5,.) if has_token',
  '  http-request set-var(txn.expires) var(txn.token),field(4,.) if has_token',
  '  http-request set-var(txn.left) date,neg if has_token',
  '  http-request set-var(txn.left) var(txn.left),add(txn.expires) if has_token',
  '  http-request set-var(txn.for) var(txn.token),field(2,.) if has_token',
  '  acl token_signed var(txn.mac),secure_memcmp(txn.signature) -m bool',
  `  acl token_alive var(txn.left) -m int 1:${previewMaxSeconds}`,
  '  acl token_ours var(txn.for),strcmp(txn.service) eq 0',
  '  http-request set-var(txn.want) var(txn.token),field(3,.) if has_token { var(txn.mac) -m found } token_signed token_alive token_ours',
];

/** A wrong link or header is told so (a suite must never test the live version by accident); a wrong cookie is dropped. */
export const previewAnswer = [
  `  acl by_cookie var(txn.by) -m str cookie`,
  '  acl by_link var(txn.by) -m str link',
  '  acl by_header var(txn.by) -m str header',
  '  acl wanted var(txn.want) -m found',
  `  http-request return status 403 ${text} string "This preview link is not valid, or not any more.\\n" if by_link !wanted`,
  `  http-request return status 403 ${text} string "The ${headers.preview} header is not valid, or not any more.\\n" if by_header !wanted`,
  // Not to the query: it holds the token. Not to "//elsewhere": that would be another site.
  '  http-request set-var(txn.back) path if by_link',
  `  http-request set-var(txn.back) str(/) if by_link { path -m reg '^/[/\\\\]' }`,
  `  http-request return status 302 hdr location %[var(txn.back)] hdr cache-control no-store hdr set-cookie "${previewName}=%[var(txn.token)]; Path=/; Max-Age=%[var(txn.left)]; HttpOnly; SameSite=Lax" if by_link`,
  `  http-request replace-header cookie '^(.*;[ ]*)?${previewName}=[^;]*;?[ ]*(.*)$' '\\1\\2' if by_cookie`,
  "  http-request replace-header cookie '^(.*);[ ]*$' '\\1' if by_cookie",
  '  http-request del-header cookie if { req.fhdr(cookie) -m len 0 }',
  `  http-request del-header ${headers.preview}`,
  '  http-response set-header cache-control no-store if wanted',
];

/** Whoever deploys goes on seeing what he does: probes and valid previews pass. */
const maintenance = [
  '  # ---- maintenance',
  `  http-request return status 503 content-type text/html hdr retry-after 60 hdr cache-control no-store string "${maintenancePage}" if { str(m/on),${map} -m found } !probing !wanted`,
];

/** `s/<service> <active>:<canary>:<release in blue>:<release in green>`. */
export const colour = [
  '  # ---- which colour',
  '  http-request set-var(txn.colour) var(txn.state),field(1,:)',
  '  http-request set-var(txn.canary) var(txn.state),field(2,:)',
  '  http-request set-var(txn.blue) var(txn.state),field(3,:)',
  '  http-request set-var(txn.green) var(txn.state),field(4,:)',
  // A probe of the way users go asks the active slot, not a share of it.
  '  http-request set-var(txn.canary) int(0) if probing',
  '  acl shifting var(txn.canary) -m int gt 0',
  '  acl preview_blue var(txn.want),strcmp(txn.blue) eq 0',
  '  acl preview_green var(txn.want),strcmp(txn.green) eq 0',
  `  http-request return status 404 ${text} string "The version of this preview is not there any more.\\n" if by_header !preview_blue !preview_green`,
];

/** Growing a share keeps everyone who was in it; whoever has no cookie yet gets a place that outlives the step. */
export const canary = [
  `  acl has_bucket req.cook(${bucketCookie}) -m reg '^[0-9]{1,4}$'`,
  '  http-request set-var(txn.other) str(green) if shifting',
  '  http-request set-var(txn.other) str(blue) if shifting { var(txn.colour) -m str green }',
  `  http-request set-var(txn.bucket) req.cook(${bucketCookie}) if shifting has_bucket`,
  '  http-request set-var(txn.bucket) rand(10000) if shifting !has_bucket',
  '  http-request set-var(txn.fresh) bool(true) if shifting !has_bucket',
  '  http-request set-var(txn.place) var(txn.bucket),concat(:,txn.service),xxh32,mod(10000),sub(txn.canary) if shifting',
  '  http-request set-var(txn.colour) var(txn.other) if shifting { var(txn.place) -m int lt 0 }',
  `  http-response add-header set-cookie "${bucketCookie}=%[var(txn.bucket)]; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" if { var(txn.fresh) -m bool }`,
  '  http-request set-var(txn.colour) str(blue) if wanted preview_blue',
  '  http-request set-var(txn.colour) str(green) if wanted preview_green',
];

/** The key of a probe never reaches the app; without the right one the headers mean nothing. */
export const probe = [
  '  # ---- probes',
  `  http-request set-var(txn.probe) req.hdr(${headers.probe}) if { req.hdr(${headers.probe}) -m found }`,
  `  http-request set-var(txn.known) str(k/),concat(,txn.probe),${map} if { var(txn.probe) -m found }`,
  '  acl probing var(txn.known) -m found',
  `  http-request set-var(txn.asked) req.hdr(${headers.slot}) if probing { req.hdr(${headers.slot}) -m str blue green }`,
  `  http-request set-var(txn.ask) req.hdr(${headers.path}) if probing { req.hdr(${headers.path}) -m beg / }`,
  `  http-request del-header ${headers.probe}`,
  `  http-request del-header ${headers.slot}`,
  `  http-request del-header ${headers.path}`,
];

/** After the last word on the colour. `http-after-response`: also on what HAProxy itself answers. */
export const answer = [
  '  http-request set-var(txn.colour) var(txn.asked) if { var(txn.asked) -m found }',
  '  http-request set-var(txn.release) var(txn.blue)',
  '  http-request set-var(txn.release) var(txn.green) if { var(txn.colour) -m str green }',
  `  http-after-response set-header ${headers.answer} "%[var(txn.service)]-%[var(txn.colour)] %[var(txn.release)] %[bc_dst]" if probing`,
];

/** After everything that chose by the path: a probe may ask the app for its health under another one. */
export const hand = [
  '  http-request set-pathq %[var(txn.ask)] if { var(txn.ask) -m found }',
  '  use_backend %[var(txn.service)]-%[var(txn.colour)]',
  '  default_backend tidegate-nowhere',
];

export const nowhere = [
  'backend tidegate-nowhere from tidegate',
  `  http-request return status 503 ${text} hdr retry-after 1 string "This edge does not know that version yet.\\n"`,
];

/** Fails only without state or while draining: an edge with stale state goes on serving. */
export const internal = [
  'frontend tidegate-internal from tidegate',
  `  bind :${edgePorts.internal}`,
  '  http-request use-service prometheus-exporter if { path /metrics }',
  `  http-request set-var(txn.version) str(_version),${map}`,
  `  http-request return status 503 ${text} string "draining\\n" if { stopping }`,
  `  http-request return status 503 ${text} string "no state\\n" unless { var(txn.version) -m found }`,
  `  http-request return status 200 ${text} lf-string "%[var(txn.version)]\\n"`,
];

/** The only way from services to control, and only to its flags: acknowledgements and keys stay out of their reach. */
const flags = [
  'frontend tidegate-flags from tidegate',
  `  bind :${edgePorts.flags}`,
  `  http-request return status 404 ${text} string "Only feature flags are served here.\\n" unless { path_beg /ofrep/ /api/client/ } || { path_beg /api/frontend }`,
  '  default_backend tidegate-control',
];

/** gRPC goes through as it is: behind it is a port of control on which there is nothing but the sync of flags. */
function flagd(stack: string): readonly string[] {
  return [
    // Control says something every 20 seconds (a ping), however few flags are switched.
    'defaults tidegate-flagd',
    '  mode tcp',
    '  timeout connect 500ms',
    '  timeout client 60s',
    '  timeout server 60s',
    '  timeout queue 5s',
    '  timeout check 3s',
    '',
    'frontend tidegate-flagd from tidegate-flagd',
    `  bind :${edgePorts.flagd}`,
    '  default_backend tidegate-flagd',
    '',
    'backend tidegate-flagd from tidegate-flagd',
    '  retries 2',
    '  option redispatch 1',
    '  balance roundrobin',
    '  option httpchk GET /readyz',
    `  default-server check port ${controlPort} inter 500ms fastinter 100ms downinter 100ms fall 1 rise 1 resolvers docker init-addr last,none resolve-prefer ipv4 on-marked-down shutdown-sessions`,
    `  server-template c 4 tasks.${names.control(stack)}:${controlFlagdPort}`,
  ];
}

/** A control that is cut off must not hold a long poll: its check fails first, and the poll goes to another. */
export function control(stack: string): readonly string[] {
  return [
    'frontend tidegate-to-control from tidegate',
    `  bind 127.0.0.1:${edgePorts.local}`,
    '  default_backend tidegate-control',
    '',
    'backend tidegate-control from tidegate',
    '  load-server-state-from-file global',
    '  timeout connect 500ms',
    // Slow is not dead: on a starved machine control takes longer than a second to answer its check, and a
    // poll that is cut each time never brings the news. A container that is gone fails to connect within `inter`.
    '  timeout check 3s',
    '  retries 2',
    '  option redispatch 1',
    '  balance roundrobin',
    '  option httpchk GET /readyz',
    '  default-server check inter 500ms fastinter 100ms downinter 100ms fall 1 rise 1 resolvers docker init-addr last,none resolve-prefer ipv4 on-marked-down shutdown-sessions',
    `  server-template c 4 tasks.${names.control(stack)}:${controlPort}`,
  ];
}
