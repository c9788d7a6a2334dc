/** A shop whose environments publish no port, and an HAProxy of somebody else's that shares a network with them. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { systemClock } from '../../../agent/common/clock.ts';
import { labels, names } from '../../../agent/common/names.ts';
import { removeService } from '../../../agent/swarm/remove-service.ts';
import { ask, type Asked } from '../../support/ask.ts';
import { freePort } from '../../support/edge-environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad, type Load } from '../../support/load.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';

const environments = ['dev', 'staging'] as const;
export type Name = (typeof environments)[number];

/** Of the services `web` and `outlet`. */
export const hosts: Readonly<Record<Name, readonly [string, string]>> = {
  dev: ['shop.localhost', 'outlet.localhost'],
  staging: ['staging.shop.localhost', 'staging.outlet.localhost'],
};

export interface FrontStage {
  readonly shop: Shop;
  /** Name of the network. */
  readonly network: string;
  startFront(): Promise<void>;
  asked(host: string, headers?: Record<string, string>): Promise<Asked>;
  load(host: string): Load;
  /** Of all services of that environment. */
  versions(name: Name): Promise<readonly unknown[]>;
  edgeTasks(name: Name): Promise<readonly string[]>;
  /** Rewrites the environments; `more` is for the edge of `dev`. */
  writeEnvironments(more: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** The tags `one` and `two` have two services, which tell what they were told of their client. */
export async function openFrontStage(about: string): Promise<FrontStage> {
  const shop = await openShop({ about, replicas: 1, setUp: false });
  const { folder, swarm, stack } = shop;
  const front = await freePort();
  const network = `${stack}-proxy`;
  const own = { [labels.stack]: network };
  const url = `http://127.0.0.1:${front}`;
  for (const [from, tag] of [
    ['v1.0.0', 'one'],
    ['v1.1.0', 'two'],
  ] as const)
    await addTag(folder, { from, tag, edit: twoServices });

  async function writeEnvironments(more: Record<string, unknown>): Promise<void> {
    const file = path.join(folder, 'tidegate.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    const { environments: known } = document.toJS() as { environments: { dev: object } };
    for (const name of environments)
      document.setIn(
        ['environments', name],
        document.createNode({
          ...known.dev,
          edge: { network, labels: { 'example.proxy': name }, ...(name === 'dev' ? more : {}) },
          url: `http://${hosts[name][0]}:${front}`,
        }),
      );
    await writeFile(file, document.toString());
  }

  async function startFront(): Promise<void> {
    const id = await swarm.networks.ensure(network, own);
    const name = `${network}.cfg`;
    const config = await swarm.configs.create(
      name,
      frontConfig(stack, stack.replace(/dev$/, 'staging')),
      own,
    );
    const target = '/front.cfg';
    const File = { Name: target, UID: '0', GID: '0', Mode: 0o444 };
    await swarm.services.create({
      Name: `${network}_front`,
      Labels: own,
      TaskTemplate: {
        ContainerSpec: {
          Image: shop.test.images.edge,
          Command: ['haproxy', '-W', '-db', '-f', target],
          Configs: [{ ConfigID: config, ConfigName: name, File }],
          StopGracePeriod: 100_000_000,
        },
        Networks: [{ Target: id }],
      },
      Mode: { Replicated: { Replicas: 1 } },
      EndpointSpec: {
        Mode: 'dnsrr',
        Ports: [{ Protocol: 'tcp', TargetPort: 8000, PublishedPort: front, PublishMode: 'host' }],
      },
    });
  }

  async function close(): Promise<void> {
    await Promise.all(environments.map((name) => must(shop.cli('down', name, '--yes', '--volumes'))));
    const services = await swarm.services.list(own);
    for (const { name } of services) await removeService({ swarm, clock: systemClock }, name);
    const gone = new Set(services.map(({ id }) => id));
    await eventually(async () =>
      assert.ok(!(await swarm.tasks.list({})).some(({ serviceId }) => gone.has(serviceId)), 'its tasks'),
    );
    for (const { id } of await swarm.configs.list(own)) await swarm.configs.remove(id);
    for (const { id } of await swarm.networks.list(own)) await swarm.networks.remove(id);
    shop.leave();
  }

  const asked: FrontStage['asked'] = (host, headers = {}) =>
    ask({ url: `${url}/version`, headers: { host, ...headers } });
  await writeEnvironments({});
  return {
    ...{ shop, network, startFront, asked, writeEnvironments, close },
    load: (host) => startLoad({ url, host, connections: 3, ratePerSecond: 40 }),
    versions: (name) =>
      Promise.all(hosts[name].map(async (host) => (await asked(host)).headers['x-shop-version'])),
    edgeTasks: async (name) => {
      const tasks = await swarm.tasks.list({ service: names.edge(stack.replace(/dev$/, name)) });
      return tasks.flatMap(({ id, state }) => (state === 'running' ? [id] : []));
    },
  };
}

/** `web` and a second service from the same Dockerfile; both tell what they were told of their client. */
const twoServices = {
  'compose.yaml': (text: string): string => {
    const document = parseDocument(text);
    const { services } = document.toJS() as { services: { web: object } };
    // On an internal network alone: the edge reaches it all the same.
    const outlet = { ...services.web, networks: ['cut'] };
    document.setIn(['services', 'outlet'], document.createNode(outlet));
    document.setIn(['networks', 'cut'], document.createNode({ internal: true }));
    return document.toString();
  },
  'tidegate.yaml': (text: string): string => {
    const document = parseDocument(text);
    for (const [index, name] of ['web', 'outlet'].entries())
      document.setIn(
        ['services', name],
        document.createNode({
          route: { hosts: environments.map((one) => hosts[one][index]), port: 3000 },
          health: '/healthz',
          rollout: { deadline: '1m', drain: '2s', keepWarm: '10m' },
        }),
      );
    return document.toString();
  },
  'src/server.js': (text: string): string =>
    text.replace(
      "response.setHeader('x-shop-version', version);",
      `$&
    response.setHeader('x-seen-for', request.headers['x-forwarded-for'] ?? '');
    response.setHeader('x-seen-proto', request.headers['x-forwarded-proto'] ?? '');`,
    ),
};

/** As docs/behind-a-proxy.md shows it. */
function frontConfig(dev: string, staging: string): string {
  const backend = (name: string, stack: string): string => `backend ${name}
  option httpchk GET /
  option redispatch 1
  retry-on conn-failure empty-response
  server-template edge 4 tidegate-${stack}:8080 check port 8405 inter 500ms resolvers docker init-addr none
`;
  return `resolvers docker
  nameserver dns 127.0.0.11:53
  hold valid 500ms
  hold obsolete 0s
  timeout resolve 500ms
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend front
  bind :8000
  option forwardfor
  http-request set-header x-forwarded-proto https
  http-response set-header x-front-saw %[src]
  use_backend staging if { req.hdr(host) -m beg staging. }
  default_backend dev
${backend('dev', dev)}${backend('staging', staging)}`;
}
