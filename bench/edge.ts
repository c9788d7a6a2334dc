/**
 * What a swap and an edge cost, on the real Swarm: `npx tsx bench/edge.ts` runs it alone. A swap is measured
 * from the moment its write is sent to the ledger until the acknowledgement has been read there.
 */
import { spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labels, names, otherColour, type Colour } from '../agent/common/names.ts';
import { ask } from '../test/support/ask.ts';
import { freePort, startEdgeEnvironment, type EdgeEnvironment } from '../test/support/edge-environment.ts';
import { eventually } from '../test/support/eventually.ts';
import type { LeanOptions } from './lean-load.ts';
import type { LoadOutcome } from './edge-load.ts';

export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number;
}

const host = 'shop.test';
const ratePerSecond = 2_000;
const leastRequests = 100_000;
const pauseBetweenSwapsMs = 1_000;

export async function bench(report: (line: BenchLine) => void): Promise<void> {
  const env = await startEdgeEnvironment();
  try {
    await env.place({ service: 'web', colour: 'blue', version: 'v1' });
    await env.place({ service: 'web', colour: 'green', version: 'v2' });
    await env.acknowledged({ healthy: { 'web-blue': 2, 'web-green': 2 } });
    await env.route('web', 'blue');
    await env.acknowledged();
    await overhead(env, report);
    await swaps(env, report);
  } finally {
    await env.down();
  }
}

async function swaps(env: EdgeEnvironment, report: (line: BenchLine) => void): Promise<void> {
  const load = startLoadProcess({ url: urlOf(env.port), host, connections: 32, ratePerSecond });
  const acks = watchAcks(env);
  const times: number[] = [];
  const end = performance.now() + (1_100 * leastRequests) / ratePerSecond;
  for (let active: Colour = 'green'; performance.now() < end; active = otherColour(active)) {
    times.push(await swap(env, active, acks));
    await delay(pauseBetweenSwapsMs);
  }
  acks.stop();
  const { requests, failed, failures, perSecond } = await load.stop();
  for (const failure of failures) console.error(failure);
  report({ name: 'swap_ack_p95_ms', value: percentile(times, 0.95), unit: 'ms' });
  report({ name: 'swap_ack_p50_ms', value: percentile(times, 0.5), unit: 'ms' });
  report({ name: 'swap_load_per_second', value: perSecond, unit: 'requests/s' });
  report({ name: 'swap_requests', value: requests, unit: 'requests' });
  report({ name: 'swap_failed_requests', value: failed, unit: 'requests' });
}

interface AcksWatch {
  /** Resolves when the engine says that the reports changed after this call, or after a second. */
  changed(): Promise<unknown>;
  stop(): void;
}

function watchAcks(env: EdgeEnvironment): AcksWatch {
  let look = (): void => undefined;
  const stop = env.swarm.watch(
    (event) => {
      if (event.name === names.acks(env.stack)) look();
    },
    () => look(),
  );
  return {
    changed: () => Promise.race([new Promise<void>((resolve) => (look = resolve)), delay(1_000)]),
    stop,
  };
}

async function swap(env: EdgeEnvironment, active: Colour, acks: AcksWatch): Promise<number> {
  const { configs } = env.swarm;
  const { id } = await env.edgeTask();
  const routes = await configs.get(names.routes(env.stack));
  if (!routes) throw new Error('the environment has no routes');
  let changed = acks.changed();
  const began = performance.now();
  await configs.updateLabels(routes, { ...routes.labels, 'route.web': `${active}:0` });
  while (performance.now() - began < 30_000) {
    await changed;
    changed = acks.changed();
    const ack = (await env.ledger.acks.read()).acks[id];
    // Versions only grow, and this load's edge has no other news: any newer one is this write's.
    if (ack && ack.version > routes.version) return performance.now() - began;
  }
  throw new Error('a swap was never acknowledged');
}

/**
 * This machine by an address of its own: the engine's rules take it straight to the container. By 127.0.0.1 a relay
 * of the engine (docker-proxy) would stand in between, which costs more than the edge and which no user meets.
 */
function urlOf(port: number): string {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const address = own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  return `http://${address ?? '127.0.0.1'}:${port}`;
}

/** One connection each, taking turns, so that a busy moment of the machine hits both. */
async function overhead(env: EdgeEnvironment, report: (line: BenchLine) => void): Promise<void> {
  const direct = await publishApp(env);
  const load = (url: string): Promise<LoadOutcome> =>
    runFor(startLoadProcess({ url, host, connections: 1, ratePerSecond: 200 }), 2_000);
  const through: number[] = [];
  const without: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    through.push((await load(urlOf(env.port))).p50);
    without.push((await load(direct)).p50);
  }
  const [edge, app] = [percentile(through, 0.5), percentile(without, 0.5)];
  report({
    name: 'edge_overhead_p50_ms',
    value: edge - app,
    unit: 'ms',
    peer: 'the app without an edge',
    peerValue: app,
  });
}

/** The app once more, on a port of the node as the edge has one. */
async function publishApp(env: EdgeEnvironment): Promise<string> {
  const port = await freePort();
  await env.swarm.services.create({
    Name: `${env.stack}_direct`,
    Labels: { [labels.stack]: env.stack, [labels.object]: 'slot' },
    TaskTemplate: {
      ContainerSpec: { Image: await env.image('v1') },
      Networks: [{ Target: env.networks.edge }],
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: {
      Mode: 'dnsrr',
      Ports: [{ Protocol: 'tcp', TargetPort: 3000, PublishedPort: port, PublishMode: 'host' }],
    },
  });
  const url = urlOf(port);
  await eventually(() => ask({ url }));
  return url;
}

interface LoadProcess {
  stop(): Promise<LoadOutcome>;
}

function startLoadProcess(options: LeanOptions): LoadProcess {
  const file = path.join(import.meta.dirname, 'edge-load.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await said) as LoadOutcome;
    },
  };
}

async function runFor(load: LoadProcess, ms: number): Promise<LoadOutcome> {
  await delay(ms);
  return load.stop();
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bench((line) => console.log(JSON.stringify(line)));
