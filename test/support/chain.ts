/** Services that call each other by name, in the shop's checkout: web -> orders -> catalog. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument, stringify } from 'yaml';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import { addTag } from '../integration/release/commits.ts';
import { must, type Shop } from './shop.ts';

export interface ChainService {
  readonly version: string;
  /** The service it calls. */
  readonly next?: string;
  /** `route` of tidegate.yaml, without the port. */
  readonly route: Readonly<Record<string, unknown>>;
  readonly port: number;
  /** `unhealthy`: never healthy; `in-use`: not any more once somebody has asked it for something. */
  readonly broken?: 'unhealthy' | 'in-use';
  /** Starts only when what it calls answers. */
  readonly waits?: true;
  /** Opens a connection for each call. */
  readonly fresh?: true;
  /** Makes its image another one than those of the others. */
  readonly part?: string;
}

export type Chain = Readonly<Record<string, ChainService>>;

export interface Versions {
  readonly web: string;
  readonly orders: string;
  readonly catalog: string;
}

/** The usual three; `change`: what is special about some of them. */
export function chainOf(
  { web, orders, catalog }: Versions,
  change: Readonly<Record<string, Partial<ChainService>>> = {},
): Chain {
  const usual: Chain = {
    web: { version: web, next: 'http://orders:3002/', route: {}, port: 3000, waits: true },
    orders: {
      version: orders,
      next: 'http://catalog:3001/',
      route: { internal: true },
      port: 3002,
      fresh: true,
    },
    catalog: { version: catalog, route: { internal: true }, port: 3001 },
  };
  return Object.fromEntries(
    Object.entries(usual).map(([name, service]) => [name, { ...service, ...change[name] }]),
  );
}

/** What the first of the usual three answers. */
export function chainText({ web, orders, catalog }: Versions): string {
  return `web=${web} orders=${orders} catalog=${catalog}`;
}

export interface ChainTag {
  readonly tag: string;
  readonly chain: Chain;
  /** True: each has a test suite of its own that passes. */
  readonly suites?: true;
  /** In words of tidegate.yaml. */
  readonly rollout?: Readonly<Record<string, string>>;
}

/** A commit with exactly these services; of one image unless they name their part, so that only the first tag is built. */
export async function addChain(
  { folder, test }: Shop,
  { tag, chain, suites, rollout = { deadline: '1m', drain: '2s', keepWarm: '10m' } }: ChainTag,
): Promise<void> {
  const app = await readFile(path.join(import.meta.dirname, 'chain-app.mjs'), 'utf8');
  const services = Object.entries(chain).map(([name, service]) => ({ name, ...service }));
  await addTag(folder, {
    from: 'v1.0.0',
    tag,
    edit: {
      'src/chain.mjs': () => app,
      'chain.Dockerfile': () =>
        `FROM ${test.images.node}\nCOPY src/chain.mjs /app.mjs\nARG PART=none\nENV PART=$PART\nCMD ["node", "/app.mjs"]\n`,
      'compose.yaml': () =>
        stringify({ services: Object.fromEntries(services.map((s) => [s.name, composeService(s)])) }),
      'tidegate.yaml': (text) => {
        const document = parseDocument(text);
        document.delete('suites');
        document.delete('flags');
        const entries = services.map(({ name, route, port }) => [
          name,
          { route: { ...route, port }, health: '/healthz', rollout },
        ]);
        document.set('services', document.createNode(Object.fromEntries(entries)));
        if (suites) document.set('suites', document.createNode(suitesOf(services)));
        return document.toString();
      },
    },
  });
}

function suitesOf(services: readonly { readonly name: string }[]): unknown {
  const command = ['node', '-e', 'console.log("well")'];
  return Object.fromEntries(
    services.map(({ name }) => [`unit-${name}`, { stage: 'build', service: name, command }]),
  );
}

function composeService({
  name,
  version,
  next,
  port,
  broken,
  waits,
  fresh,
  part,
}: ChainService & { readonly name: string }): unknown {
  const called = next === undefined ? undefined : new URL(next).hostname;
  return {
    build: {
      context: '.',
      dockerfile: 'chain.Dockerfile',
      ...(part !== undefined && { args: { PART: part } }),
    },
    environment: {
      NAME: name,
      VERSION: version,
      PORT: String(port),
      ...(next !== undefined && { NEXT: next }),
      ...(broken && { BROKEN: broken }),
      ...(waits && { WAIT: '1' }),
      ...(fresh && { FRESH: '1' }),
    },
    stop_grace_period: '3s',
    ...(called !== undefined && { depends_on: [called] }),
    deploy: { replicas: 1 },
  };
}

export async function deployed(shop: Shop, tag: string): Promise<RolloutResult> {
  const { stdout } = await must(shop.cli('deploy', 'dev', tag, '--json'));
  return JSON.parse(stdout) as RolloutResult;
}
