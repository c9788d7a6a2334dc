/**
 * What control answers edges, probes and people: small, on the network it shares with edges only. Services reach
 * the paths of flags and nothing else, through an edge.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from '../common/request-body.ts';
import { hasCode, messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { parseTrafficReport, type TrafficReport } from '../edge/traffic-report.ts';
import type { FlagsHttp } from '../flags/serving/http.ts';
import { parseAcks, type Ack } from '../swarm/ledger/acks.ts';
import type { Certificates } from './certificates.ts';
import type { Pulls } from './pulls.ts';

export interface ControlApi {
  readonly pulls: Pulls;
  /** Keeps a report; resolves when it is in the ledger. */
  readonly report: (task: string, ack: Ack) => Promise<void>;
  /** Takes note of what an edge has counted. */
  readonly traffic: (task: string, report: TrafficReport) => void;
  readonly certificates: Certificates;
  /** False before the first state and while stopping: edges then turn to another control. */
  readonly isReady: () => boolean;
  readonly status: () => unknown;
  /** Feature flags, for services. */
  readonly flags: FlagsHttp;
  readonly log: Log;
}

const longestBody = 64 * 1024;

interface Reply {
  readonly status: number;
  readonly text: string;
}

export function controlServer(api: ControlApi): Server {
  // Edges try again several times a second: what goes on failing is told once.
  let told = '';
  return createServer((request, response) => {
    if (api.flags.handles(pathOf(request))) return void api.flags.answer(request, response);
    answer(api, request, response)
      .then((reply) => {
        if (pathOf(request) === '/ack') told = '';
        return reply;
      })
      .catch((error: unknown): Reply => {
        const problem = messageOf(error);
        if (problem !== told) api.log.warn({ path: pathOf(request), error: problem }, 'a request failed');
        told = problem;
        return { status: 500, text: 'failed\n' };
      })
      .then((reply) => send(response, reply))
      .catch(() => response.destroy());
  });
}

async function answer(api: ControlApi, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
  switch (`${request.method ?? ''} ${pathOf(request)}`) {
    case 'GET /pull':
      return pull(api, request, response);
    case 'POST /ack':
      return report(api, request);
    case 'POST /traffic':
      return countTraffic(api, request);
    case 'GET /certificate':
      return certificate(api, request);
    // Says that this process answers, no more: without a raft leader a restart would help nobody.
    case 'GET /healthz':
      return { status: 200, text: 'ok\n' };
    case 'GET /readyz':
      return api.isReady() ? { status: 200, text: 'ok\n' } : { status: 503, text: 'not ready\n' };
    case 'GET /status':
      return { status: 200, text: JSON.stringify(api.status(), null, 1) + '\n' };
    default:
      return { status: 404, text: 'no such page\n' };
  }
}

async function pull(api: ControlApi, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
  const query = queryOf(request);
  const version = Number(query.get('version'));
  if (!Number.isSafeInteger(version) || version < 0) return { status: 400, text: 'version\n' };
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const holding = { object: query.get('object') ?? '', version, hash: query.get('hash') ?? '' };
  const outcome = await api.pulls.pull(holding, gone.signal);
  switch (outcome.kind) {
    case 'document':
      return { status: 200, text: outcome.text };
    case 'nothing':
      return { status: 204, text: '' };
    case 'no-state':
      return { status: 503, text: 'no state\n' };
  }
}

async function certificate({ certificates }: ControlApi, request: IncomingMessage): Promise<Reply> {
  const query = queryOf(request);
  const text = await certificates(query.get('name') ?? '', query.get('version') ?? '');
  return text === undefined ? { status: 404, text: 'no such certificate\n' } : { status: 200, text };
}

async function countTraffic(api: ControlApi, request: IncomingMessage): Promise<Reply> {
  const task = taskOf(request);
  const report = parseTrafficReport((await readBody(request, longestBody)) ?? '-');
  if (task === undefined || !report) return { status: 400, text: 'not a report\n' };
  api.traffic(task, report);
  return { status: 204, text: '' };
}

async function report(api: ControlApi, request: IncomingMessage): Promise<Reply> {
  const task = taskOf(request);
  const ack =
    task !== undefined ? parseReport(task, (await readBody(request, longestBody)) ?? '') : undefined;
  if (task === undefined || !ack) return { status: 400, text: 'not a report\n' };
  await api.report(task, ack);
  return { status: 204, text: '' };
}

/** Edges write their report as the ledger keeps it. */
function parseReport(task: string, text: string): Ack | undefined {
  try {
    return parseAcks('report', { [`ack.${task}`]: text }).acks[task];
  } catch (error) {
    if (hasCode(error, 'ledger.corrupt')) return undefined;
    throw error;
  }
}

function send(response: ServerResponse, { status, text }: Reply): void {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { 'content-type': 'text/plain', ...length }).end(text);
}

function taskOf(request: IncomingMessage): string | undefined {
  const task = queryOf(request).get('task') ?? '';
  return /^[a-z0-9]{1,64}$/.test(task) ? task : undefined;
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://control').searchParams;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
