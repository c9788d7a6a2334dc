/**
 * A bounded load of GET requests over keep-alive connections that counts every failure and remembers for each
 * answer who gave it and when it was asked for.
 */
import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadOptions {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Value of the Host header. */
  readonly host: string;
  readonly connections: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `/`. */
  readonly path?: string;
  /** Over all connections; as fast as it goes when it is missing. */
  readonly ratePerSecond?: number;
  /** After this long a request has failed. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Times in milliseconds of `performance.now()`. */
export interface Sample {
  readonly start: number;
  readonly end: number;
  /** 0: no answer. */
  readonly status: number;
  /** The header `x-shop-version`; empty without one. */
  readonly version: string;
  /** The header `x-shop-free-delivery`: what the shop's flag changed for this visitor. */
  readonly freeDelivery?: string;
}

export interface LoadStats {
  readonly requests: number;
  /** No answer, or a status of 400 and above. */
  readonly failed: number;
  /** The first few, for messages. */
  readonly failures: readonly string[];
  readonly versions: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
  /** Answers of that version whose request was started after `time`. */
  startedAfter(version: string, time: number): number;
  /** Of the answered requests, milliseconds. */
  percentile(share: number): number;
}

export interface Load {
  stats(): LoadStats;
  /** Lets every request under way end. */
  stop(): Promise<LoadStats>;
}

export function startLoad(options: LoadOptions): Load {
  const kept = { keepAlive: true, maxSockets: options.connections };
  const agent = options.url.startsWith('https:')
    ? new TlsAgent({ ...kept, ...anyCertificate(options.host) })
    : new Agent(kept);
  const samples: Sample[] = [];
  const failures: string[] = [];
  let stopped = false;

  async function worker(index: number): Promise<void> {
    const pace =
      options.ratePerSecond === undefined ? 0 : (1000 * options.connections) / options.ratePerSecond;
    let due = performance.now() + (pace * index) / options.connections;
    while (!stopped) {
      const wait = due - performance.now();
      if (wait > 1) await delay(wait);
      due = Math.max(due + pace, performance.now() - 1000);
      await once();
    }
  }

  async function once(): Promise<void> {
    const start = performance.now();
    try {
      const answer = await ask(options, agent);
      const { status, version } = answer;
      samples.push({ start, end: performance.now(), ...answer });
      if (status >= 400) failures.push(`HTTP ${status} ${version}`);
    } catch (error) {
      samples.push({ start, end: performance.now(), status: 0, version: '' });
      failures.push(error instanceof Error ? error.message : String(error));
      await delay(5);
    }
  }

  const workers = Array.from({ length: options.connections }, (_, index) => worker(index));
  return {
    stats: () => summary(samples, failures),
    stop: async () => {
      stopped = true;
      await Promise.all(workers);
      agent.destroy();
      return summary(samples, failures);
    },
  };
}

/** The tests' own certificates are signed by nobody that anybody trusts. */
function anyCertificate(servername: string): { servername: string; rejectUnauthorized: boolean } {
  return { servername, rejectUnauthorized: false };
}

function ask(options: LoadOptions, agent: Agent): Promise<Omit<Sample, 'start' | 'end'>> {
  const { url, host, headers = {}, path = '/', timeoutMs = 10_000 } = options;
  return new Promise((resolve, reject) => {
    const send = agent instanceof TlsAgent ? tlsRequest : request;
    const asked = send(new URL(path, url), { agent, headers: { ...headers, host } }, (response) => {
      response.on('error', reject);
      response.on('end', () => {
        const { 'x-shop-version': version, 'x-shop-free-delivery': freeDelivery } = response.headers;
        resolve({
          status: response.statusCode ?? 0,
          version: typeof version === 'string' ? version : '',
          ...(typeof freeDelivery === 'string' && { freeDelivery }),
        });
      });
      response.resume();
    });
    asked.setTimeout(timeoutMs, () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });
}

function summary(all: readonly Sample[], failures: readonly string[]): LoadStats {
  const samples = [...all];
  const versions: Record<string, number> = {};
  for (const { version } of samples) versions[version] = (versions[version] ?? 0) + 1;
  return {
    requests: samples.length,
    failed: failures.length,
    failures: failures.slice(0, 10),
    versions,
    samples,
    startedAfter: (version, time) =>
      samples.filter((sample) => sample.version === version && sample.start > time).length,
    percentile: (share) => {
      const times = samples.filter(({ status }) => status > 0).map(({ start, end }) => end - start);
      return (
        times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ??
        Number.NaN
      );
    },
  };
}
