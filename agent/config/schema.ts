/**
 * tidegate.yaml, version 1: the one source of its rules. Parsing reads it, and `scripts/schema.ts` writes
 * docs/schema/tidegate.schema.json from it for editors. Each description is also the hint of the problem that
 * names the key: it says what would be right.
 */
import * as z from 'zod';
import { workerOrder } from '../swarm/ledger/release.ts';
import { edgeSchema } from './edge-schema.ts';
import { flagServerSchema } from './flag-server.ts';
import { durationPattern, parseMilliseconds, parseShare, sharePattern } from './durations.ts';

/** Also valid as a part of an image name, of a Swarm name and of a label of the ledger. */
export const namePattern = /^[a-z0-9]+(?:(?:_|-+)[a-z0-9]+)*$/;
const environmentPattern = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;
const hostPattern =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Whole segments of a path, without what a browser would encode; none of them `.` or `..`. */
const pathPattern = /^\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*)?$/;
/** Goes into the edge's configuration as it is: no space, quote, `$`, `#` or backslash. */
const healthPattern = /^\/[A-Za-z0-9\-._~!&()*+,;=:@%/?]*$/;
export const imagePattern =
  /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;
/** With a host, so that nobody pushes to Docker Hub by a slip: `docker.io/shop` says it. */
const registryPattern =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?=:\d))(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

const second = 1000;
const minute = 60 * second;
const longest = 7 * 24 * 60 * minute;

function text(pattern: RegExp, wrong: string, description: string) {
  return z.string().regex(pattern, { error: wrong }).describe(description);
}

function duration(description: string, limits: { readonly least: number }) {
  return z
    .string({ error: (issue) => (typeof issue.input === 'number' ? 'has no unit' : undefined) })
    .regex(durationPattern, {
      error: (issue) => (/^[\d.]+$/.test(String(issue.input)) ? 'has no unit' : 'is not a duration'),
    })
    .describe(`${description} With its unit: 500ms, 30s, 10m, 1h30m.`)
    .transform((written, context) => {
      const milliseconds = parseMilliseconds(written);
      if (milliseconds !== undefined && milliseconds >= limits.least && milliseconds <= longest)
        return milliseconds;
      context.addIssue({ code: 'custom', message: 'is out of range (at most seven days)', input: written });
      return z.NEVER;
    });
}

const share = z
  .string({ error: (issue) => (typeof issue.input === 'number' ? 'has no unit' : undefined) })
  .regex(sharePattern, {
    error: (issue) => (/^[\d.]+$/.test(String(issue.input)) ? 'has no unit' : 'is not a percentage'),
  })
  .describe('A share of the traffic, more than 0% and less than 100%, with at most two decimals: 5%, 2.5%.')
  .transform((written, context) => {
    const basisPoints = parseShare(written);
    if (basisPoints !== undefined && basisPoints > 0 && basisPoints < 10_000) return basisPoints;
    context.addIssue({ code: 'custom', message: 'is not between 0% and 100%', input: written });
    return z.NEVER;
  });

const port = (description: string) =>
  z
    .int({ error: 'is not a port' })
    .min(1, { error: 'is not a port' })
    .max(65_535, { error: 'is not a port' })
    .describe(description);

const steps = z
  .array(share)
  .describe('Shares of the traffic the new release gets one after the other, each larger: [5%, 25%, 50%].')
  .check((context) => {
    context.value.forEach((value, index, all) => {
      if (index === 0 || value > (all[index - 1] ?? 0)) return;
      context.issues.push({
        code: 'custom',
        message: 'is not larger than the step before it',
        input: value,
        path: [index],
      });
    });
  });

const image = (description: string) => text(imagePattern, 'is not an image name', description).optional();

const variables = z
  .record(
    z.string().regex(variablePattern, { error: 'is not a variable name' }),
    z.union([z.string(), z.number(), z.boolean()], { error: 'is neither text nor a number' }),
  )
  .optional()
  .describe('Variables for the compose file, by name: { WEB_REPLICAS: 3 }. They win over the shell.');

export const environmentSchema = z
  .strictObject({
    edge: edgeSchema,
    dockerContext: text(
      /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/,
      'is not the name of a docker context',
      'Name of the docker context whose Swarm this is; without it, the one in use.',
    ).optional(),
    protected: z
      .boolean()
      .optional()
      .describe('true: changes to it are confirmed first. true or false; default false.'),
    url: z
      .url({ protocol: /^https?$/, error: 'is not an address' })
      .optional()
      .describe(
        'Its public address, which is then probed as well: https://shop.example. An edge without a port needs it.',
      ),
    registry: text(
      registryPattern,
      'is not a place in a registry',
      'Where built images are pushed to, so that every node gets them; in lower case, without "https://": registry.example/shop.',
    ).optional(),
    images: z
      .strictObject({
        edge: image('Image of the edge, a HAProxy: haproxy:3.0-alpine.'),
        control: image('Image control runs in, a Node: node:22-alpine.'),
      })
      .optional()
      .describe("Tidegate's own images, where the defaults cannot be had: { edge: …, control: … }."),
    flags: flagServerSchema,
    variables,
  })
  .check((context) => {
    const { edge, url } = context.value;
    // Only the proxy in front knows where users find it.
    if (edge.network !== undefined && url === undefined)
      context.issues.push({ code: 'custom', message: 'is missing', input: context.value, path: ['url'] });
  })
  .describe('An environment needs at least its edge: { edge: { http: 8080 } }.');
export type EnvironmentInput = z.output<typeof environmentSchema>;

const rollout = z
  .strictObject({
    steps: steps.optional(),
    hold: duration('How long each step stays (default 30s).', { least: 0 }).optional(),
    keepWarm: duration('How long the old release stays ready afterwards (default 10m).', {
      least: 0,
    }).optional(),
    drain: duration('How long requests to the old release may still take (default 30s).', {
      least: 0,
    }).optional(),
    deadline: duration('How long placing and verifying may take (default 2m).', { least: second }).optional(),
    unattended: z
      .enum(['revert', 'hold'], { error: 'is neither revert nor hold' })
      .optional()
      .describe('What happens when nobody drives a rollout any more: revert (default) or hold.'),
  })
  .optional()
  .describe('How a new release gets the traffic: { steps: [5%, 50%], hold: 30s, keepWarm: 10m }.');

const worker = z
  .strictObject({
    order: workerOrder
      .optional()
      .describe(
        'start-first (default): new tasks start beside the old ones; stop-first: the old ones end before.',
      ),
    drain: duration(
      'How long a task that is told to stop may still work (default: stop_grace_period, or 30s).',
      {
        least: 0,
      },
    ).optional(),
  })
  .optional()
  .describe('A service without a route, that is part of releases: { order: stop-first, drain: 30s }.');

const line = z.string().min(1, { error: 'is empty' });
const wordList = z.array(z.string()).min(1, { error: 'is empty' });

const words = z.union([line, wordList], {
  error: 'is neither text nor a list of words',
});

const releaseCommand = z
  .union(
    [
      line,
      wordList,
      z.strictObject({
        command: words.describe("What runs: text for the image's shell, or a list of words."),
        timeout: duration('How long it may take (default 10m).', { least: second }).optional(),
      }),
    ],
    { error: 'is neither text, nor a list of words, nor a map with "command"' },
  )
  .optional()
  .describe(
    'Runs once in each deploy that changes the service, in its new image, before anything is placed: npm run migrate, or { command: npm run migrate, timeout: 10m }.',
  );

export const serviceSchema = z
  .strictObject({
    route: z
      .strictObject({
        hosts: z
          .array(
            text(
              hostPattern,
              'is not a host name',
              'A host name in lower case, without scheme, port or path: shop.example.',
            ),
          )
          .min(1, { error: 'is empty' })
          .optional()
          .describe(
            'Host names it answers to: [shop.example]. Without it: every host no other service claims.',
          ),
        paths: z
          .array(
            text(
              pathPattern,
              'is not the beginning of a path',
              'Beginnings of paths, whole segments without a "/" at the end: [/api]. The longest one counts.',
            ),
          )
          .min(1, { error: 'is empty' })
          .optional()
          .describe('Beginnings of the paths it answers to: [/api]. Without it: every path no other claims.'),
        stripPrefix: z
          .boolean()
          .optional()
          .describe(
            'true: the app hears /orders where it was asked for /api/orders. Needs paths; default false.',
          ),
        port: port('The port the service listens on in its container, from 1 to 65535: 3000.'),
        internal: z
          .union([z.boolean(), z.literal('also')], { error: 'is neither true, false nor "also"' })
          .optional()
          .describe(
            'true: only other services call it, as http://<its name>:<port>. also: they and users do. Default false.',
          ),
      })
      .optional()
      .describe('What the edge sends to it: { hosts: [shop.example], port: 3000 }.'),
    worker,
    health: text(
      healthPattern,
      'is not a path',
      'Path of the health check, starting with "/", letters and URL characters only: /healthz (default /).',
    ).optional(),
    rollout,
    release: releaseCommand,
    volumes: z
      .literal('shared', { error: 'is not "shared"' })
      .optional()
      .describe('shared: the old and the new release may write to its volumes at the same time.'),
    ports: z
      .literal('ignore', { error: 'is not "ignore"' })
      .optional()
      .describe("ignore: the compose file's ports are for docker compose alone; here the edge has the port."),
  })
  .check((context) =>
    checkKind(context.value, (path, message) =>
      context.issues.push({ code: 'custom', message, input: context.value, path: [...path] }),
    ),
  )
  .describe(
    'A service needs its route, { route: { port: 3000 } }, or says that it has none: { worker: {} }.',
  );

/** What only makes sense where an edge sends requests. */
const ofRoutes = [
  ['health'],
  ['rollout', 'steps'],
  ['rollout', 'hold'],
  ['rollout', 'keepWarm'],
  ['rollout', 'drain'],
] as const;

function checkKind(
  service: { readonly [key: string]: unknown },
  complain: (path: readonly string[], message: string) => void,
): void {
  if (service['worker'] === undefined) {
    if (service['route'] === undefined) complain(['route'], 'is missing');
    return;
  }
  if (service['route'] !== undefined) complain(['worker'], 'cannot be said of a service with a route');
  for (const [key, inner] of ofRoutes) {
    const value = service[key];
    const found = inner === undefined ? value : (value as Record<string, unknown> | undefined)?.[inner];
    if (found !== undefined)
      complain(inner === undefined ? [key] : [key, inner], 'has no meaning for a worker, which no edge sees');
  }
}
export type ServiceInput = z.output<typeof serviceSchema>;

export const suiteStages = ['build', 'preview', 'live'] as const;

export const suiteSchema = z
  .strictObject({
    stage: z
      .enum(suiteStages, { error: 'is none of build, preview and live' })
      .describe(
        'When it runs: build (before anything is placed), preview (against the new slot, before users see it) or live (after the swap).',
      ),
    service: text(namePattern, 'is not a name', 'The service it tests, by its name: web.'),
    target: text(
      /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
      'is not the name of a stage',
      "The stage of the service's Dockerfile it runs in: test. Without it: the service's image.",
    ).optional(),
    command: words
      .optional()
      .describe(
        "What runs: text for the image's shell, or a list of words. Without it: what the image starts.",
      ),
    report: text(
      /^[^\0-\u001f]*[^\0-\u001f/]$/u,
      'is not a file',
      "Where the suite writes its JUnit XML or TAP, seen from the image's working folder: junit.xml.",
    ).optional(),
    timeout: duration('How long one run may take (default 5m).', { least: second }).optional(),
    retries: z
      .int({ error: 'is not a number of retries' })
      .min(0, { error: 'is not a number of retries' })
      .max(10, { error: 'is not a number of retries' })
      .optional()
      .describe('How often a failed run is tried again, from 0 (default) to 10.'),
  })
  .describe(
    'A suite needs at least its stage and its service: { stage: build, service: web, target: test }.',
  );
export type SuiteInput = z.output<typeof suiteSchema>;

const projectName = text(
  namePattern,
  'is not a name',
  'Lower-case letters and digits, single words joined by "-" or "_": shop.',
);

const composePath = z.string().min(1, { error: 'is empty' });

export const tidegateSchema = z
  .strictObject({
    version: z.literal(1, { error: 'is not a known version' }).describe('The version of this file: 1.'),
    project: projectName,
    compose: z
      .union([composePath, z.array(composePath).min(1, { error: 'is empty' })], {
        error: 'is neither a path nor a list of paths',
      })
      .optional()
      .describe(
        'Path of the compose file, seen from this file: compose.yaml (default). Of a list, each is laid over those before it: [compose.yaml, compose.live.yaml].',
      ),
    environments: z
      .record(z.string().regex(environmentPattern, { error: 'is not a name' }), environmentSchema)
      .describe('The places the project runs in, by name: { dev: { edge: { http: 8080 } } }.'),
    services: z
      .record(z.string().regex(namePattern, { error: 'is not a name' }), serviceSchema)
      .describe(
        'The services of the compose file and how each is released: { web: { route: { port: 3000 } } }.',
      ),
    flags: z
      .string()
      .min(1, { error: 'is empty' })
      .optional()
      .describe('Path of the file that defines the feature flags, seen from this file: flags.yaml.'),
    suites: z
      .record(z.string().regex(namePattern, { error: 'is not a name' }), suiteSchema)
      .optional()
      .describe('Test suites that stop a release, by name: { unit: { stage: build, service: web } }.'),
  })
  .describe('A map with version, project, environments and services.');

export const defaults = {
  compose: 'compose.yaml',
  health: '/',
  holdMs: 30 * second,
  keepWarmMs: 10 * minute,
  drainMs: 30 * second,
  workerOrder: 'start-first',
  deadlineMs: 2 * minute,
  unattended: 'revert',
  suiteTimeoutMs: 5 * minute,
  releaseTimeoutMs: 10 * minute,
  images: { edge: 'haproxy:3.0-alpine', control: 'node:22-alpine' },
} as const;

/** What a person writes, as JSON Schema 2020-12. */
export function tidegateJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(tidegateSchema, { io: 'input', target: 'draft-2020-12' }),
    title: 'tidegate.yaml',
  };
}
