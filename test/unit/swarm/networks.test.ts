import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { freeSubnet } from '../../../agent/swarm/subnets.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

interface FakeNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Scope: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] | null };
  readonly Containers: object | null;
}

const createBody = z.object({
  Name: z.string(),
  Attachable: z.boolean(),
  Labels: z.record(z.string(), z.string()),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }),
});

/** Swarm's networks: a subnet that is taken is accepted, and the network then never gets it. */
class FakeNetworks {
  readonly all: FakeNetwork[] = [];
  readonly created: string[] = [];
  readonly removed: string[] = [];
  #count = 0;
  /** Told of each creation before the allocator looks at it. */
  onCreate: (subnet: string) => void = () => undefined;

  add(name: string, subnet: string, details: Partial<FakeNetwork> = {}): string {
    const Id = `id${++this.#count}-${name}`;
    const IPAM = { Config: [{ Subnet: subnet }] };
    this.all.push({ Id, Name: name, Scope: 'swarm', Labels: {}, IPAM, Containers: null, ...details });
    return Id;
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#answer(request, Buffer.concat(chunks).toString(), response));
  };

  #answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const id = request.url?.split('/').at(-1) ?? '';
    if (request.method === 'GET') sendJson(response, 200, this.all);
    else if (request.method === 'POST') sendJson(response, 201, { Id: this.#create(JSON.parse(body)) });
    else {
      this.removed.push(id);
      this.forget(id);
      response.writeHead(204).end();
    }
  }

  forget(id: string): void {
    const at = this.all.findIndex((network) => network.Id === id);
    if (at >= 0) this.all.splice(at, 1);
  }

  #create(body: unknown): string {
    const wanted = createBody.parse(body);
    const subnet = wanted.IPAM.Config[0]?.Subnet ?? '';
    this.onCreate(subnet);
    const taken = this.all.some((network) => network.IPAM.Config?.some((config) => config.Subnet === subnet));
    this.created.push(subnet);
    const details = { Labels: wanted.Labels, ...(taken ? { IPAM: { Config: null } } : {}) };
    return this.add(wanted.Name, subnet, details);
  }
}

describe('ensuring a network', () => {
  const ours = { 'tidegate.stack': 'shop-dev' };
  let engine: FakeEngine;
  let networks: FakeNetworks;

  const ensure = (routes: readonly string[] = []): Promise<string> =>
    openSwarm(engine.open, { hostSubnets: () => Promise.resolve(routes) }).networks.ensure('net', ours);

  beforeEach(async () => {
    engine = new FakeEngine();
    networks = new FakeNetworks();
    engine.answer = networks.answer;
    await engine.start();
  });

  afterEach(() => engine.dispose());

  it('asks for a subnet that neither a network nor a route of the machine has', async () => {
    const first = freeSubnet('net', [], []) ?? '';
    const second = freeSubnet('net', [first], []) ?? '';
    networks.add('other', first);
    await ensure([second]);
    assert.deepEqual(networks.created, [freeSubnet('net', [first, second], [])]);
  });

  it('asks for another one when somebody else got it at the same moment', async () => {
    networks.onCreate = (subnet) => {
      networks.onCreate = () => undefined;
      networks.add('thief', subnet);
    };
    const started = performance.now();
    const id = await ensure();
    assert.ok(performance.now() - started < 2_000, 'without waiting for the allocator');
    assert.equal(networks.created.length, 2);
    assert.notEqual(networks.created[0], networks.created[1]);
    assert.equal(networks.removed.length, 1);
    assert.equal(
      networks.all.find((network) => network.Id === id)?.IPAM.Config?.[0]?.Subnet,
      networks.created[1],
    );
  });

  it('asks for the subnets that are wanted, and says who has one of them', async () => {
    const make = (subnet: string) =>
      openSwarm(engine.open, { hostSubnets: () => Promise.resolve([]) }).networks.ensure('net', ours, {
        subnets: [subnet],
      });
    networks.add('other', '10.7.0.0/16');
    await assert.rejects(make('10.7.3.0/24'), /cannot have the subnet 10\.7\.3\.0\/24: the network other/);
    assert.deepEqual(networks.created, []);
    await make('10.8.0.0/24');
    assert.deepEqual(networks.created, ['10.8.0.0/24']);
  });

  it('creates nothing where it is there', async () => {
    const id = networks.add('net', '10.9.0.0/24', { Labels: ours });
    assert.equal(await ensure(), id);
    assert.deepEqual(networks.created, []);
  });

  it('refuses a network of another stack, and one of a single machine', async () => {
    for (const details of [{ Labels: { 'tidegate.stack': 'shop-prod' } }, { Labels: ours, Scope: 'local' }]) {
      const id = networks.add('net', '10.9.0.0/24', details);
      await assert.rejects(ensure(), { code: 'swarm.conflict' });
      networks.forget(id);
    }
    assert.deepEqual([...networks.created, ...networks.removed], []);
  });

  it('waits until a removed network of that name has left this node', async () => {
    const leaving = networks.add('net', '10.9.0.0/24', { Labels: ours, Containers: { c1: {} } });
    setTimeout(() => networks.forget(leaving), 100);
    assert.notEqual(await ensure(), leaving);
    assert.equal(networks.created.length, 1);
  });

  it('says so when every subnet is taken', async () => {
    networks.add('everything', '10.0.0.0/8');
    await assert.rejects(ensure(), { code: 'engine.failed', message: /No free \/20/ });
  });
});
