/** A release record: everything that is needed to bring the release back bit by bit. Immutable. */
import * as z from 'zod';
import type { ServiceSpec } from '../port.ts';
import { flagDefinition } from './flag-definition.ts';

const millis = z.int().nonnegative();

export const rolloutPolicy = z.strictObject({
  steps: z.array(z.strictObject({ share: z.int(), holdMs: millis.nullable() })),
  drainMs: millis,
  keepWarmMs: millis,
  deadlineMs: millis,
  unattended: z.enum(['revert', 'hold']),
});
export type RolloutPolicy = z.infer<typeof rolloutPolicy>;

/** What a compose file says of a network beside its key. */
export const networkDetails = z.strictObject({
  /** In the Swarm; without it `<stack>_<key>`. */
  name: z.string().optional(),
  /** Somebody else's: found by its name, never made or removed. */
  external: z.literal(true).optional(),
  internal: z.literal(true).optional(),
  attachable: z.literal(true).optional(),
  /** `driver_opts` */
  options: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** CIDR. */
  subnets: z.array(z.string()).optional(),
});
export type NetworkDetails = z.infer<typeof networkDetails>;

const common = {
  /** Digest over everything below: equal content, nothing to do. */
  content: z.string(),
  /** What the task template names: an image id, or `name@sha256:…`. */
  image: z.string(),
  /** `sha256:…`, what a probe must be answered by. */
  digest: z.string(),
  replicas: z.int().nonnegative(),
  /** Services that are to be there before it, where they are placed together; no part of its content. */
  dependsOn: z.array(z.string()).optional(),
  /** Compose networks, without the stack's prefix. */
  networks: z.array(z.string()),
  /** Of those of them that are more than a name. */
  networkDetails: z.record(z.string(), networkDetails).optional(),
  rollout: rolloutPolicy,
  /** Docker's service spec, without the slot's name and labels (`SlotTemplate`). */
  spec: z.custom<SlotTemplate>((value) => typeof value === 'object' && value !== null),
};

const releasedWeb = z.strictObject({
  kind: z.literal('web'),
  ...common,
  /** Hosts it answers to; empty: every host that no other service claims. The same for the beginnings of paths. */
  route: z.strictObject({
    hosts: z.array(z.string()),
    port: z.int().min(1).max(65_535),
    paths: z.array(z.string()).optional(),
    stripPrefix: z.boolean().optional(),
    /** Called by other services as `http://<its name>:<port>`: by them alone, or by users as well. */
    internal: z.enum(['only', 'also']).optional(),
  }),
  /** Path of the health check, `/healthz`. */
  health: z.string(),
});
export type ReleasedWeb = z.infer<typeof releasedWeb>;

/** Whether a worker's new tasks start before its old ones end, or afterwards. */
export const workerOrder = z.enum(['start-first', 'stop-first']);
export type WorkerOrder = z.infer<typeof workerOrder>;

/** Without a route. `replicas` is 0 for one that runs on every node. */
const releasedWorker = z.strictObject({ kind: z.literal('worker'), ...common, order: workerOrder });
export type ReleasedWorker = z.infer<typeof releasedWorker>;

export const releasedService = z.discriminatedUnion('kind', [releasedWeb, releasedWorker]);
export type ReleasedService = z.infer<typeof releasedService>;

/** A service spec as a release keeps it: what the slot adds (name, labels, Tidegate's network) is not in it. */
export type SlotTemplate = Omit<ServiceSpec, 'Name'>;

export const releaseRecord = z.strictObject({
  format: z.literal(1),
  number: z.int().positive(),
  project: z.string(),
  environment: z.string(),
  stack: z.string(),
  commit: z.string(),
  tag: z.string().nullable(),
  ref: z.string(),
  /** The release whose content this one brings back. */
  restores: z.int().nullable(),
  /** The release one goes back to from here; `null` for the first. */
  previous: z.int().nullable(),
  by: z.string(),
  at: z.string(),
  services: z.record(z.string(), releasedService),
  /** What its commit defines; missing where it names no flags file. */
  flags: z.array(flagDefinition).optional(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;
