/**
 * Feature flags: how fast a switch reaches SDKs, what an evaluation costs, how much memory many clients take. Control
 * is the real one, with the ledger in a real engine; SDKs come from npm. `npx tsx bench/run.ts flags` runs it alone.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, Agent as HttpAgent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { FlagdProvider } from '@openfeature/flagd-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { FlagdCore } from '@openfeature/flagd-core';
import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature, type Provider as WebProvider } from '@openfeature/web-sdk';
import { build } from 'esbuild';
import { Unleash } from 'unleash-client';
import { EventSource } from 'unleash-client/lib/event-source.js';
import { flagdConfiguration } from '../agent/flags/flagd/configuration.ts';
import { flagsDocument } from '../agent/flags/document.ts';
import { answerOfrep } from '../agent/flags/ofrep.ts';
import { openSwarm } from '../agent/swarm/docker-swarm.ts';
import type { Condition, FlagDefinition } from '../agent/swarm/ledger/flag-definition.ts';
import { withChange } from '../agent/swarm/ledger/flags.ts';
import { openLedger, type Ledger } from '../agent/swarm/ledger/ledger.ts';
import { emptyRoutes } from '../agent/swarm/ledger/routes.ts';
import { testEngine, testStackName } from '../test/support/engine.ts';
import { aRecord } from '../test/unit/ledger/samples.ts';
import { median, type Report } from './figures.ts';
import type { Ready, Usage } from './flags-control.ts';

const flagCount = 1_000;
const switches = 60;
const evaluations = 6_000;
const streams = 5_000;
const key = 'flag-0500';

/** Every fourth has a rule and a split. */
function definition(index: number): FlagDefinition {
  const name = `flag-${String(index).padStart(4, '0')}`;
  const plain = { key: name, description: `What ${name} does.`, default: index % 2 === 0, owner: null };
  if (index % 4 !== 1) return plain;
  const split = {
    by: 'targetingKey',
    seed: name,
    split: [
      { variant: 'on', share: 2_500 },
      { variant: 'off', share: 7_500 },
    ],
  };
  const when: Condition = { attribute: 'plan', test: { op: 'in', values: ['pro', 'team'] } };
  return { ...plain, on: split, rules: [{ when, serve: { variant: 'on' } }] };
}

export async function bench(report: Report): Promise<void> {
  reportBulk(report);
  const { host, connect: open } = await testEngine();
  const engine = open();
  const swarm = openSwarm(engine);
  const stack = testStackName('bflag');
  const ledger = openLedger(swarm, stack);
  const folder = await mkdtemp(path.join(import.meta.dirname, '../node_modules/.tidegate-bench-'));
  try {
    await fill(ledger);
    const child = await startControl(folder, host.replace('unix://', ''), stack);
    try {
      await reportSwitches(report, ledger, child.ready);
      await reportEvaluation(report, child);
      await reportMemory(report, child);
    } finally {
      child.process.disconnect();
      await once(child.process, 'exit');
    }
  } finally {
    for (const config of await swarm.configs.list({ 'tidegate.stack': stack }))
      await swarm.configs.remove(config.id);
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(ledger: Ledger): Promise<void> {
  await Promise.all([ledger.acks.create(), ledger.keys.create(), ledger.routes.create()]);
  const flags = Array.from({ length: flagCount }, (_, index) => definition(index));
  const { number } = await ledger.releases.add(aRecord({ stack: ledger.stack, flags }), 'bench');
  await ledger.routes.change(() => ({
    ...emptyRoutes,
    routes: { web: { active: 'blue', canary: 0 } },
    slots: { 'web-blue': number },
  }));
}

interface Child {
  readonly process: ChildProcess;
  readonly ready: Ready;
}

/** Bundled as it is in the Swarm: what runs TypeScript would be measured with it. */
async function startControl(folder: string, socket: string, stack: string): Promise<Child> {
  const program = path.join(folder, 'control.mjs');
  const banner =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [path.join(import.meta.dirname, 'flags-control.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: banner + ' const __dirname = import.meta.dirname;' },
    external: ['ssh2', 'cpu-features', '@grpc/*', 'protobufjs'],
    logLevel: 'error',
  });
  const child = fork(program, [socket, stack], { execArgv: ['--expose-gc'] });
  const [ready] = (await once(child, 'message')) as [Ready];
  return { process: child, ready };
}

async function usageOf({ process: child }: Child): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

/** From the write of the switch until each of three streaming SDKs, connected at once, gives the new value. */
async function reportSwitches(report: Report, ledger: Ledger, ready: Ready): Promise<void> {
  const sdks = await openSdks(ready);
  try {
    const slowest: number[] = [];
    for (let round = 0; round < switches; round += 1) {
      const on = round % 2 === 1;
      const seen = sdks.waits.map((wait) => wait(on));
      const began = performance.now();
      const at = new Date().toISOString();
      await ledger.flags.change((flags) =>
        withChange(flags, { key, to: on ? 'on' : 'off', at, by: 'bench' }),
      );
      await Promise.all(seen);
      slowest.push(performance.now() - began);
    }
    slowest.sort((a, b) => a - b);
    report({
      name: 'toggle_to_sdk_ms',
      value: slowest[Math.floor(slowest.length * 0.95)] ?? Number.NaN,
      unit: 'ms',
    });
    report({ name: 'toggle_to_sdk_p50_ms', value: median(slowest), unit: 'ms' });
  } finally {
    await sdks.close();
  }
}

interface Sdks {
  /** Each resolves when its SDK gives that value. */
  readonly waits: readonly ((on: boolean) => Promise<void>)[];
  readonly close: () => Promise<void>;
}

async function openSdks({ http, flagd }: Ready): Promise<Sdks> {
  Object.assign(globalThis, { EventSource: EventSource as unknown });
  const base = `http://127.0.0.1:${http}`;
  const web = new OFREPWebProvider({ baseUrl: base, pollInterval: -1 }) as WebProvider;
  await WebOpenFeature.setProviderAndWait(web);
  await OpenFeature.setProviderAndWait(
    new FlagdProvider({ host: '127.0.0.1', port: flagd, resolverType: 'in-process' }),
  );
  const unleash = new Unleash({
    url: `${base}/api`,
    appName: 'bench',
    disableMetrics: true,
    customHeaders: {},
    experimentalMode: { type: 'streaming' },
  });
  unleash.on('error', () => undefined);
  await once(unleash, 'synchronized');
  const [webClient, client] = [WebOpenFeature.getClient(), OpenFeature.getClient()];
  const until = async (has: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await has())) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    waits: [
      (on) => until(() => webClient.getBooleanValue(key, !on) === on),
      (on) => until(async () => (await client.getBooleanValue(key, !on)) === on),
      (on) => until(() => unleash.isEnabled(key) === on),
    ],
    close: async () => {
      unleash.destroy();
      await Promise.all([OpenFeature.close(), WebOpenFeature.close()]);
    },
  };
}

/** CPU of the same process: single evaluations against answers of a server that says hello. In turns. */
async function reportEvaluation(report: Report, child: Child): Promise<void> {
  const { http, hello } = child.ready;
  const ratios: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const own = await cpuOf(child, `http://127.0.0.1:${http}/ofrep/v1/evaluate/flags/flag-0001`);
    const peer = await cpuOf(child, `http://127.0.0.1:${hello}/`);
    // The first round warms both up.
    if (round === 0) continue;
    ratios.push(own / peer);
    costs.push(peer);
  }
  const peerValue = median(costs) / evaluations / 1_000;
  report({
    name: 'ofrep_vs_hello_post',
    value: median(ratios),
    unit: 'ratio',
    peer: 'hello POST',
    peerValue,
  });
}

async function cpuOf(child: Child, url: string): Promise<number> {
  const before = await usageOf(child);
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const body = '{"context":{"targetingKey":"u-17","plan":"free"}}';
  let left = evaluations;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left > 0) {
        left -= 1;
        await post(url, agent, body);
      }
    }),
  );
  agent.destroy();
  return (await usageOf(child)).cpuUs - before.cpuUs;
}

function post(url: string, agent: HttpAgent, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode ?? 0}`));
      response.resume().on('end', resolve);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** All of 50 flags for one user; beside it the same by evaluating a loaded document flag by flag. */
function reportBulk(report: Report): void {
  const document = flagsDocument(
    Array.from({ length: 50 }, (_, index) => definition(index)),
    new Map(),
  );
  const core = new FlagdCore();
  core.setConfigurations(flagdConfiguration(document));
  const context = { targetingKey: 'u-17', plan: 'free' };
  const body = JSON.stringify({ context });
  const asked = { method: 'POST', path: '/ofrep/v1/evaluate/flags', ifNoneMatch: undefined, body };
  const own = (): unknown => answerOfrep(document, asked);
  const naive = (): unknown => JSON.stringify({ flags: core.resolveAll(context) });
  const times = { own: [] as number[], naive: [] as number[] };
  for (let round = 0; round < 9; round += 1) {
    times.own.push(cpuUs(own));
    times.naive.push(cpuUs(naive));
  }
  const [value, peerValue] = [median(times.own), median(times.naive)];
  report({ name: 'bulk_50_flags_cpu_us', value, unit: 'µs', peer: 'flag by flag, µs', peerValue });
}

function cpuUs(work: () => unknown): number {
  const calls = 500;
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** Control with a thousand flags and thousands of clients that listen for changes. */
async function reportMemory(report: Report, child: Child): Promise<void> {
  const alone = (await usageOf(child)).residentMb;
  const sockets: Socket[] = [];
  try {
    for (let begun = 0; begun < streams; begun += 250)
      sockets.push(...(await Promise.all(Array.from({ length: 250 }, () => listen(child.ready.http)))));
    const { residentMb } = await usageOf(child);
    report({
      name: 'control_rss_mb',
      value: residentMb,
      unit: 'MB',
      peer: 'without clients, MB',
      peerValue: alone,
    });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function listen(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /ofrep/v1/stream HTTP/1.1\r\nhost: flags\r\naccept: text/event-stream\r\n\r\n');
  // The first thing it is told: that it is connected.
  await once(socket, 'data');
  socket.resume();
  return socket;
}
