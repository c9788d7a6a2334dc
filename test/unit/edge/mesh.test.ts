import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { labels, meshOwnPorts, type SlotKey } from '../../../agent/common/names.ts';
import { renderMeshConfig } from '../../../agent/edge/mesh-config.ts';
import { hasInside, routingOf, type ServiceRouting } from '../../../agent/edge/routing.ts';
import { mountedConfigs, meshFile, meshNames, meshServiceSpec } from '../../../agent/edge/services.ts';
import { renderServices } from '../../../agent/edge/services-config.ts';
import { answersFor, serves, sides } from '../../../agent/edge/side.ts';
import { renderState } from '../../../agent/edge/state-document.ts';
import { edgePaths, edgePorts, headers } from '../../../agent/edge/wire.ts';
import { emptyRoutes } from '../../../agent/swarm/ledger/routes.ts';
import type { ReleasedService, ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import { routing, service, target } from './sample-routing.ts';

const golden = path.join(import.meta.dirname, 'golden');
const keys = { probe: 'PROBE', preview: { id: 'k1', key: Buffer.alloc(32, 0xfb).toString('base64url') } };

const orders = service('orders', { inside: [3002], onlyInside: true, unlisted: true });
const web = service('web', { inside: [3000], hosts: ['shop.test'] });
const admin = service('admin', { hosts: ['admin.test'] });

describe('the configuration of the mesh', () => {
  const text = renderMeshConfig({ stack: 'shop-dev' });

  it('is what mesh.cfg says, and beside it what services bring', async () => {
    const services = renderServices(routing([admin, orders, web]));
    assert.equal(`${text}\n${services.text}`, await readFile(path.join(golden, 'mesh.cfg'), 'utf8'));
  });

  it('stays short of the limits of HAProxy', () => {
    const lines = renderServices(routing([orders])).text.split('\n');
    for (const line of lines) assert.ok(line.length < 2000 && line.split(' ').length < 64, line);
  });

  it('has no door for users, nor for flags', () => {
    assert.doesNotMatch(text, new RegExp(`bind :(${edgePorts.public}|${edgePorts.tls}|${edgePorts.flags})`));
  });

  it('needs for itself the ports that no internal service may have, and no other', () => {
    const bound = [...text.matchAll(/bind \S*:(\d+)/g)].map(([, port]) => Number(port));
    assert.deepEqual(bound.sort(), [...meshOwnPorts]);
  });

  it('takes from a call what only the mesh may say', () => {
    const all = renderServices(routing([orders])).text;
    for (const name of [headers.probe, headers.slot, headers.path, headers.preview])
      assert.match(all, new RegExp(`http-request del-header ${name}\n`));
  });
});

describe('what of it edges and the mesh read', () => {
  /** The text as HAProxy sees it with the variable set, or not. */
  function seen(text: string, inside: boolean): string {
    const out: string[] = [];
    let skip = false;
    for (const line of text.split('\n')) {
      if (line.startsWith('.if ')) skip = line.includes('!') === inside;
      else if (line === '.endif') skip = false;
      else if (!skip) out.push(line);
    }
    return out.join('\n');
  }
  const { text } = renderServices(routing([admin, orders, web]));
  const backends = (inside: boolean): readonly string[] =>
    [...seen(text, inside).matchAll(/^backend (\S+)-blue /gm)].map(([, name = '']) => name);

  it('are the services of each, and those of both', () => {
    assert.deepEqual(backends(false), ['admin', 'web']);
    assert.deepEqual(backends(true), ['orders', 'web']);
  });

  it('are the ports of internal services in the mesh alone', () => {
    assert.deepEqual(seen(text, true).match(/^ {2}bind .*$/gm), ['  bind :3000', '  bind :3002']);
    assert.equal(seen(text, false).match(/^ {2}bind .*$/gm), null);
  });

  it('is one text with one hash, and that of before where nothing is internal', () => {
    const plain = renderServices(routing([admin]));
    assert.doesNotMatch(plain.text, /^\.if|tidegate-mesh/m);
    assert.notEqual(renderServices(routing([admin, orders])).hash, plain.hash);
  });

  it('leaves the paths alone where a service is called by its name', () => {
    const api = service('api', {
      inside: [3000],
      paths: ['/api'],
      slots: [target('api', 'blue', { strip: ['/api'] })],
    });
    assert.match(
      renderServices(routing([api])).text,
      /replace-path .* unless \{ var\(txn\.ask\) -m found \} \|\| \{ var\(txn\.inside\) -m found \}\n/,
    );
  });

  it('refuses a port that is none', () => {
    for (const port of [0, 65_536, 1.5, Number.NaN])
      assert.throws(() => renderServices(routing([service('a', { inside: [port] })])), /port/);
  });
});

describe('the names of services inside', () => {
  const lines = (...services: readonly ServiceRouting[]): readonly string[] | null =>
    renderState(routing(services), keys, 'h').match(/^[nr]\/.*$/gm);

  it('lead to them by port, whatever a caller says where a port has one service', () => {
    assert.deepEqual(lines(orders), ['n/3002/orders orders', 'n/3002/* orders']);
  });

  it('tell services on the same port apart', () => {
    const mail = { ...orders, service: 'mail' };
    assert.deepEqual(lines(mail, orders), ['n/3002/mail mail', 'n/3002/orders orders']);
  });

  it('are no address for users, not even where no service claims a host', () => {
    assert.deepEqual(lines(orders, web), [
      'r/shop.test/ web',
      'n/3002/orders orders',
      'n/3002/* orders',
      'n/3000/web web',
      'n/3000/* web',
    ]);
  });
});

describe('whether a service is internal', () => {
  const content = (internal: 'only' | 'also' | undefined, port: number): ReleasedService =>
    ({ route: { hosts: [], port, ...(internal && { internal }) }, health: '/', replicas: 1 }) as never;

  function reach(blue: ReleasedService | undefined, green: ReleasedService | undefined, active = true) {
    const releases = new Map(
      [blue, green].flatMap((one, index) =>
        one ? [[index + 1, { services: { a: one } } as unknown as ReleaseRecord] as const] : [],
      ),
    );
    const slots: Record<SlotKey, number> = { ...(blue && { 'a-blue': 1 }), ...(green && { 'a-green': 2 }) };
    const routes = active ? { a: { active: 'blue' as const, canary: 0 } } : {};
    const stored = { id: 'o', version: 1, value: { ...emptyRoutes, routes, slots } };
    const [only] = routingOf('s', stored, releases).services;
    const { inside, onlyInside, unlisted } = only ?? {};
    return { inside, onlyInside, unlisted };
  }
  const none = { inside: undefined, onlyInside: undefined, unlisted: undefined };

  it('is said by the releases in its slots', () => {
    assert.deepEqual(reach(content(undefined, 1), undefined), none);
    assert.deepEqual(reach(content('only', 1), undefined), { inside: [1], onlyInside: true, unlisted: true });
    assert.deepEqual(reach(content('also', 1), undefined), { ...none, inside: [1] });
  });

  it('is known before a swap: the name and the port of a release that is being placed count already', () => {
    assert.deepEqual(reach(content(undefined, 1), content('also', 2)), { ...none, inside: [2] });
    assert.deepEqual(reach(content('only', 3), content('only', 2)).inside, [2, 3]);
  });

  it('leaves edges without an address until the release that becomes public is live', () => {
    const becoming = reach(content('only', 1), content('also', 1));
    assert.deepEqual(becoming, { inside: [1], onlyInside: undefined, unlisted: true });
    const listed = service('a', { inside: [1], unlisted: true });
    assert.deepEqual(
      sides.map((side) => [serves(listed, side), answersFor(listed, side)]),
      [
        [true, false],
        [true, true],
      ],
    );
  });

  it('decides whether there is a mesh at all', () => {
    assert.equal(hasInside(routing([admin])), false);
    assert.equal(hasInside(routing([admin, orders])), true);
  });
});

describe('the service of the mesh', () => {
  const options = {
    stack: 'shop-dev',
    image: 'haproxy:3.0',
    configs: [{ id: 'c1', name: 'shop-dev.mesh-config.1', target: edgePaths.config }],
    networks: { edge: 'n1', control: 'n2' },
    names: ['orders', 'catalog'],
  };
  const spec = meshServiceSpec(options);

  it('has the names of services on their network, and on no other', () => {
    assert.deepEqual(spec.TaskTemplate.Networks, [
      { Target: 'n1', Aliases: ['catalog', 'orders'] },
      { Target: 'n2' },
    ]);
    assert.deepEqual(meshNames(spec), ['catalog', 'orders']);
  });

  it('publishes nothing, so new tasks can come before the old ones go', () => {
    assert.equal(spec.EndpointSpec?.Ports, undefined);
    assert.deepEqual(spec.UpdateConfig?.['Order'], 'start-first');
  });

  it('is another one to setup when a name comes, not when they come in another order', () => {
    const digest = (names: readonly string[]): string | undefined =>
      meshServiceSpec({ ...options, names }).Labels[labels.spec];
    assert.equal(digest(['catalog', 'orders']), spec.Labels[labels.spec]);
    assert.notEqual(digest(['catalog', 'orders', 'stock']), spec.Labels[labels.spec]);
  });

  it('mounts its own configuration', () => {
    assert.deepEqual(mountedConfigs(spec), options.configs);
    assert.match(meshFile('shop-dev').name, /^shop-dev\.mesh-config\.[0-9a-f]{12}$/);
  });
});
