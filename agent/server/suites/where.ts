/** Where the suites of a stage run: a plain container for `build`; on the stack's networks, told where to ask, for the others. */
import { randomBytes } from 'node:crypto';
import type { Environment, Suite } from '../../config/model.ts';
import { labels, names } from '../../common/names.ts';
import { previewToken } from '../../edge/preview.ts';
import { edgePorts, previewMaxSeconds } from '../../edge/wire.ts';
import { runLabels } from '../../release/left-runs.ts';
import { slotNetworks } from '../../release/networks.ts';
import type { Runner } from '../../swarm/containers.ts';
import type { ReleasedWeb, ReleaseRecord } from '../../swarm/ledger/release.ts';
import { openOneOffs } from '../../swarm/one-off.ts';
import type { Place } from '../place.ts';
import { noEdgeForSuite, notInRelease } from '../failures.ts';

export interface Where {
  readonly runner: Runner;
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** What of it is nobody else's business, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Of containers and tasks of a suite. Without a rollout, `until` tells when nobody can be waiting for it any more. */
export function suiteLabels(
  suite: Pick<Suite, 'name' | 'service'>,
  stack: string,
  owner: { readonly rollout: string } | { readonly until: number },
): Record<string, string> {
  return {
    [labels.stack]: stack,
    [labels.object]: 'suite',
    [labels.service]: suite.service,
    'tidegate.suite': suite.name,
    ...('rollout' in owner
      ? { [runLabels.rollout]: owner.rollout }
      : { [runLabels.until]: String(owner.until) }),
  };
}

/** `record`: the release it asks; none for stage `build`. */
export async function whereToRun(
  place: Place,
  suite: Suite,
  record: ReleaseRecord | undefined,
): Promise<Where> {
  const env = ['CI=true', `TIDEGATE_SUITE=${suite.name}`];
  if (!record) return { runner: place.connection.containers, env, secrets: {} };
  const content = record.services[suite.service];
  if (content?.kind !== 'web') throw notInRelease(suite, record.number);
  const { swarm, ledger } = place.engine;
  const networks = await slotNetworks(swarm, ledger.stack, content);
  const edge = await edgeAddress(place, networks[0] ?? '');
  const hasTls = Object.keys((await ledger.routes.read()).value.certificates ?? {}).length > 0;
  const door = doorFor(suite, place.environment, content, { hasTls });
  const token = suite.stage === 'preview' ? await tokenFor(place, suite, record.number) : undefined;
  return {
    runner: onNetworks(place, networks, hostLines(edge, record, door.host)),
    env: [
      ...env,
      `TIDEGATE_URL=${door.url}`,
      `TIDEGATE_RELEASE=${record.number}`,
      ...(token === undefined ? [] : [`TIDEGATE_PREVIEW=${token}`]),
    ],
    secrets: token === undefined ? {} : { TIDEGATE_PREVIEW_KEY: token },
  };
}

function onNetworks(
  { connection, engine }: Place,
  networks: readonly string[],
  Hosts: readonly string[],
): Runner {
  const { swarm, containers } = connection;
  const tasks = openOneOffs({ swarm, containers, clock: engine.clock });
  return {
    ...tasks,
    create: ({ image, command, env, labels: own }) =>
      tasks.create({
        name: names.run(engine.ledger.stack, randomName()),
        labels: own,
        container: { Image: image, Env: env, Hosts, ...(command && { Command: command }) },
        networks,
      }),
  };
}

function randomName(): string {
  return Array.from(randomBytes(6), (byte) => (byte % 36).toString(36)).join('');
}

/** What any host leads to inside, where the environment knows no name of its own. */
const anyHost = 'tidegate-edge';

/**
 * Where the suite asks, without a slash at its end: the edge by its port inside, by a name that leads to the service.
 * Previews pass by HTTP where users are sent on to HTTPS (`edge/door.ts`).
 */
export function doorFor(
  { stage, service }: Pick<Suite, 'stage' | 'service'>,
  environment: Pick<Environment, 'url'>,
  { route }: Pick<ReleasedWeb, 'route'>,
  { hasTls }: { readonly hasTls: boolean },
): { readonly host: string; readonly url: string } {
  // What only services call is asked as they do, by its name, which leads to the mesh.
  if (route.internal === 'only') return { host: anyHost, url: `http://${service}:${route.port}` };
  const host =
    route.hosts[0] ?? (environment.url === undefined ? anyHost : new URL(environment.url).hostname);
  const path = (route.paths?.[0] ?? '').replace(/\/+$/, '');
  const base =
    hasTls && stage === 'live' ? `https://${host}:${edgePorts.tls}` : `http://${host}:${edgePorts.public}`;
  return { host, url: `${base}${path}` };
}

/** Lines of /etc/hosts: every name the release answers to leads to the edge, whatever it leads to outside. */
export function hostLines(edge: string, { services }: ReleaseRecord, host: string): readonly string[] {
  const known = Object.values(services).flatMap((one) => (one.kind === 'web' ? one.route.hosts : []));
  return [...new Set([host, ...known])].map((name) => `${edge} ${name}`);
}

/** The edge of the node on which suites run, else any. */
async function edgeAddress({ engine }: Place, network: string): Promise<string> {
  const { swarm, ledger } = engine;
  const [{ nodeId }, tasks] = await Promise.all([
    swarm.info(),
    swarm.tasks.list({ service: names.edge(ledger.stack) }),
  ]);
  const running = tasks.filter(({ state, desired }) => state === 'running' && desired === 'running');
  const near = running.find((task) => task.nodeId === nodeId) ?? running[0];
  const address = near?.addressOn[network];
  if (address === undefined) throw noEdgeForSuite(ledger.stack);
  return address;
}

/** As long as the suite may take, its retries included, and no longer than edges allow. */
async function tokenFor(
  { engine }: Place,
  { service, timeoutMs, retries }: Suite,
  release: number,
): Promise<string> {
  const lifeMs = (timeoutMs + 120_000) * (retries + 1);
  const expires = engine.clock.now() + Math.min(lifeMs, (previewMaxSeconds - 60) * 1000);
  return previewToken({ key: (await engine.ledger.keys.read()).preview, service, release, expires });
}
