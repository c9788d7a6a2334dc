/**
 * The mesh: the same HAProxy between services. It has their names on the network of the slots and listens on their
 * ports, so that a call of `http://orders:3002` goes through it unchanged. Its static configuration, and the one section
 * that depends on the services (`services-config.ts`).
 */
import {
  canary,
  colour,
  control,
  defaults,
  global,
  hand,
  answer,
  internal,
  map,
  nowhere,
  previewAnswer,
  previewToken,
  probe,
  resolvers,
  text,
} from './base-config.ts';
import type { Side } from './side.ts';
import { edgePaths, meshVariable } from './wire.ts';

/** A call between services has no time limit of ours: between two containers it had none either. */
const idleSeconds = 3600;

/**
 * A mesh that ends waits so long for idle connections of callers, and callers are told to let go of them before that.
 */
const keepAliveSeconds = 15;
const toldSeconds = 10;

export function renderMeshConfig({ stack }: { readonly stack: string }): string {
  const sections = [
    global(8000, 16 * 1024),
    resolvers,
    defaults(idleSeconds, idleSeconds),
    ['defaults tidegate-mesh from tidegate', `  timeout http-keep-alive ${keepAliveSeconds}s`],
    nowhere,
    internal,
    control(stack),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n') + '\n';
}

/** Sections for one side only; both read the same file. */
export function onlyOn(side: Side, sections: readonly string[]): readonly string[] {
  const condition = side === 'inside' ? `defined(${meshVariable})` : `!defined(${meshVariable})`;
  return [`.if ${condition}`, ...sections, '.endif', ''];
}

/** Takes the calls to all internal services: by its port, and by the name where several have the same. */
export function meshFrontend(ports: readonly number[]): string {
  return [
    'frontend tidegate-mesh from tidegate-mesh',
    ...ports.map((port) => `  bind :${port}`),
    '  http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
    '  http-request set-var(txn.inside) bool(true)',
    ...lookUp,
    ...probe,
    ...previewToken,
    ...previewAnswer,
    ...colour,
    ...firstRelease,
    ...canary,
    // Services keep no cookies: whoever passes on its visitor's keeps the visitor's place.
    '  http-request unset-var(txn.fresh)',
    ...answer,
    `  http-request return status 503 ${text} hdr retry-after 5 string "No version of this service is there yet.\\n" if { var(txn.colour) -m str -- - }`,
    `  http-after-response set-header keep-alive timeout=${toldSeconds} unless { res.hdr(keep-alive) -m found }`,
    ...hand,
    '',
  ].join('\n');
}

const lookUp = [
  '  # ---- which service',
  `  http-request set-var(txn.version) str(_version),${map}`,
  `  http-request return status 503 ${text} hdr retry-after 1 string "The mesh has no state yet.\\n" unless { var(txn.version) -m found }`,
  '  http-request set-var(txn.host) req.hdr(host),host_only,lower',
  '  http-request set-var(txn.port) dst_port',
  `  http-request set-var(txn.service) str(n/),concat(,txn.port),concat(/,txn.host),${map}`,
  `  http-request set-var(txn.service) str(n/),concat(,txn.port,/*),${map} unless { var(txn.service) -m found }`,
  `  http-request return status 404 ${text} lf-string "Several services listen on port %[var(txn.port)] here, and none is called %[var(txn.host)]: the Host header has to name one.\\n" unless { var(txn.service) -m found }`,
  `  http-request set-var(txn.state) str(s/),concat(,txn.service),${map}`,
];

/**
 * Until a first version is live, whoever calls gets the one that is being placed: services that come together for the
 * first time call each other to become healthy, and there is no user and no older version to keep it from.
 */
const firstRelease = [
  '  http-request set-var(txn.colour) str(blue) if { var(txn.colour) -m str -- - } !{ var(txn.blue) -m str -- - }',
  '  http-request set-var(txn.colour) str(green) if { var(txn.colour) -m str -- - } !{ var(txn.green) -m str -- - }',
];

/** A configuration that HAProxy can read, once a task of the mesh may be called: `services.ts` has it checked. */
export const readyCheck = ['CMD', 'haproxy', '-c', '-q', '-f', edgePaths.ready] as const;
