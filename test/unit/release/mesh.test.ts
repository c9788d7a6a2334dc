import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import { edgeFiles, edgeServiceSpec, meshNames, mountedConfigs } from '../../../agent/edge/services.ts';
import { edgePaths } from '../../../agent/edge/wire.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import { ensureMesh, renewMesh } from '../../../agent/release/mesh.ts';
import { openBench, type Bench } from './engine.ts';

const stack = 'shop-dev';
const networks = { edge: 'n1', control: 'n2' };

describe('the mesh of an environment', () => {
  let bench: Bench;
  let engine: ReleaseEngine;

  beforeEach(async () => {
    bench = await openBench(stack);
    engine = bench.engine('test');
  });

  const mesh = () => bench.cluster.service(names.mesh(stack));
  const aliases = (): readonly string[] => meshNames(mesh()?.spec ?? assert.fail('there is no mesh'));
  const ensure = async (): Promise<void> => ensureMesh(engine, await engine.ledger.routes.read());

  function putEdge(): void {
    const configs = edgeFiles({ stack, lua: 'lua' }).map(({ name, data, target }) => ({
      id: bench.cluster.createConfig(name, data, {}),
      name,
      target,
    }));
    const spec = edgeServiceSpec({ stack, image: 'haproxy:own', httpPort: 80, configs, networks });
    bench.cluster.putService(undefined, spec);
  }

  /** Fills the blue slots of these services with one release. */
  async function fill(services: Readonly<Record<string, 'only' | 'also' | undefined>>): Promise<void> {
    const content = (internal: string | undefined) => ({
      kind: 'web',
      content: '',
      image: 'x',
      digest: 'x',
      route: { hosts: [], port: 3000, ...(internal && { internal }) },
      health: '/',
      replicas: 1,
      networks: [],
      rollout: { steps: [], drainMs: 1, keepWarmMs: 1, deadlineMs: 1, unattended: 'revert' },
      spec: {},
    });
    const all = Object.fromEntries(Object.entries(services).map(([name, how]) => [name, content(how)]));
    const { number } = await engine.ledger.releases.add(
      {
        ...{ format: 1, project: 'shop', environment: 'dev', stack, commit: '', tag: null, ref: '' },
        ...{ restores: null, previous: null, by: '', at: '' },
        services: all as never,
      },
      `r${Object.keys(services).join('')}`,
    );
    await engine.ledger.routes.change((routes) => ({
      ...routes,
      slots: {
        ...routes.slots,
        ...Object.fromEntries(Object.keys(services).map((name) => [`${name}-blue`, number])),
      },
    }));
  }

  it('is not there while nothing is called inside', async () => {
    putEdge();
    await fill({ web: undefined });
    await ensure();
    assert.equal(mesh(), undefined);
  });

  it('comes with the first internal service, made after the edge that runs', async () => {
    putEdge();
    await fill({ web: undefined, orders: 'only', admin: 'also' });
    await ensure();
    assert.deepEqual(aliases(), ['admin', 'orders']);
    const spec = mesh()?.spec ?? assert.fail('there is no mesh');
    assert.equal(spec.TaskTemplate.ContainerSpec.Image, 'haproxy:own');
    assert.deepEqual(
      spec.TaskTemplate.Networks?.map(({ Target }) => Target),
      ['n1', 'n2'],
    );
    const lua = mountedConfigs(spec).find(({ target }) => target === edgePaths.lua);
    assert.match(lua?.name ?? '', /edge-task/);
  });

  it('is left alone while it has all names, and gets what it lacks without losing one', async () => {
    putEdge();
    await fill({ orders: 'only' });
    await ensure();
    const first = mesh()?.version;
    await ensure();
    assert.equal(mesh()?.version, first);
    await fill({ stock: 'only' });
    await ensure();
    assert.deepEqual(aliases(), ['orders', 'stock']);
    await engine.ledger.routes.change((routes) => ({ ...routes, slots: {} }));
    await ensure();
    assert.deepEqual(aliases(), ['orders', 'stock']);
  });

  it('gets the names of two who change it at the same time', async () => {
    putEdge();
    await fill({ orders: 'only' });
    await ensure();
    const orders = await engine.ledger.routes.read();
    await fill({ stock: 'only' });
    const both = await engine.ledger.routes.read();
    await Promise.all([ensureMesh(engine, orders), ensureMesh(bench.engine('other'), both)]);
    assert.deepEqual(aliases(), ['orders', 'stock']);
  });

  it('cannot be made where there is no edge, and that is said', async () => {
    await fill({ orders: 'only' });
    await assert.rejects(ensure(), (error) => hasCode(error, 'environment.not-set-up'));
  });

  it('is brought by setup with exactly the names in use, and taken away without any', async () => {
    putEdge();
    await fill({ orders: 'only', stock: 'only' });
    const lua = { id: 'c9', name: 'lua', target: edgePaths.lua };
    const renew = () => renewMesh(engine, { image: 'haproxy:new', lua, networks });
    assert.deepEqual(await renew(), [`service ${names.mesh(stack)}`]);
    assert.deepEqual(await renew(), []);
    await engine.ledger.routes.change(({ slots, ...routes }) => ({
      ...routes,
      slots: { 'orders-blue': slots['orders-blue'] ?? 0 },
    }));
    assert.deepEqual(await renew(), [`service ${names.mesh(stack)} updated`]);
    assert.deepEqual(aliases(), ['orders']);
    await engine.ledger.routes.change((routes) => ({ ...routes, slots: {} }));
    assert.match((await renew())[0] ?? '', /removed/);
    assert.equal(mesh(), undefined);
  });
});
