/** The shop with services of the other kinds beside it: a store that remembers what it is told. */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { labels } from '../../../agent/common/names.ts';
import type { Shop } from '../../support/shop.ts';

/** Appends the body of each request to a file of its volume, and answers with all of it. */
export const storeProgram = `
const { appendFileSync, readFileSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (text) => (body += text));
  request.on('end', () => {
    if (body !== '') appendFileSync('/data/log', body + '\\n');
    let log = '';
    try { log = readFileSync('/data/log', 'utf8'); } catch {}
    response.end(log);
  });
}).listen(4000);
process.on('SIGTERM', () => process.exit(0));
`;

export interface OtherServices {
  /** Of the compose file, beside `web`. */
  readonly compose: Readonly<Record<string, object>>;
  /** Of tidegate.yaml. */
  readonly tidegate?: Readonly<Record<string, object>>;
}

export function store(image: string, environment: Readonly<Record<string, string>> = {}): object {
  return {
    image,
    command: ['node', '-e', storeProgram.replaceAll('$', '$$')],
    environment,
    volumes: ['data:/data'],
    stop_grace_period: '5s',
  };
}

/** Edits for `addTag`. */
export function withServices({
  compose,
  tidegate = {},
}: OtherServices): Record<string, (text: string) => string> {
  return {
    'compose.yaml': (text) => {
      const document = parseDocument(text);
      for (const [name, service] of Object.entries(compose))
        document.setIn(['services', name], document.createNode(service));
      document.setIn(['volumes', 'data'], null);
      return document.toString();
    },
    ...(Object.keys(tidegate).length > 0 && {
      'tidegate.yaml': (text: string) => {
        const document = parseDocument(text);
        for (const [name, service] of Object.entries(tidegate))
          document.setIn(['services', name], document.createNode(service));
        return document.toString();
      },
    }),
  };
}

/** The ids of the service's tasks that should run. */
export async function runningTasks(shop: Shop, service: string): Promise<readonly string[]> {
  const tasks = await shop.swarm.tasks.list({ service: `${shop.stack}_${service}` });
  return tasks.flatMap(({ id, state, desired }) =>
    state === 'running' && desired === 'running' ? [id] : [],
  );
}

/** Runs a program with Node in a task of the service, and gives what it printed. */
export async function inTask(shop: Shop, service: string, program: string): Promise<string> {
  const found = await shop.swarm.services.list({ [labels.stack]: shop.stack, [labels.service]: service });
  const tasks = (await Promise.all(found.map(({ name }) => shop.swarm.tasks.list({ service: name })))).flat();
  const running = tasks.find(({ state, desired }) => state === 'running' && desired === 'running');
  assert.ok(running?.containerId !== undefined, `a task of ${service} runs`);
  const exec = await shop.test.docker
    .getContainer(running.containerId)
    .exec({ Cmd: ['node', '-e', program], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let out = '';
  for await (const chunk of stream) out += String(chunk);
  return out.trim();
}

/** Tells the store when it starts, and when it is told to end. */
export function worker(image: string, name: string, version: string): object {
  const program = `
const tell = (what) => fetch('http://store:4000', { method: 'POST', body: '${name} ' + what + ' ${version}' });
tell('start');
setInterval(() => {}, 1000);
process.on('SIGTERM', () => tell('end').then(() => process.exit(0)));
`;
  // Docker's five seconds would be most of a test in which it does not stay up.
  const deploy = { restart_policy: { delay: '500ms' } };
  return { image, command: ['node', '-e', program], init: true, deploy };
}
