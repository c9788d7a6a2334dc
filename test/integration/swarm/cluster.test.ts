import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ClusterEvent } from '../../../agent/swarm/port.ts';
import { eventually, ScratchStack } from './scratch-stack.ts';

describe('a real Swarm', function () {
  this.timeout(60_000);
  let stack: ScratchStack;

  before(async () => {
    stack = await ScratchStack.open();
  });
  after(() => stack.dispose());

  it('says what it is, and lists the node we talk to', async () => {
    const info = await stack.swarm.info();
    assert.match(info.engineVersion, /^\d+\.\d+/);
    assert.match(info.apiVersion, /^1\.\d+$/);
    assert.ok(
      info.clusterId !== '' && info.cpus >= 1 && info.memory > 2 ** 28,
      "info.clusterId !== '' && info.cpus >= 1 && info.memory > 2 ** 28",
    );
    const self = (await stack.swarm.nodes()).find((node) => node.id === info.nodeId);
    assert.deepEqual([self?.role, self?.state], ['manager', 'ready']);
  });

  it('reports changes of configs, services and containers within a second, and their health', async () => {
    const events: ClusterEvent[] = [];
    let gaps = 0;
    const stop = stack.swarm.watch(
      (event) => events.push(event),
      () => gaps++,
    );
    await eventually('the first gap', () => (gaps > 0 ? true : undefined));
    const heard = (type: string, action: string, name: string): Promise<true> =>
      eventually(`${type} ${action} ${name}`, () =>
        events.some((e) => e.type === type && e.action === action && e.name.startsWith(name))
          ? true
          : undefined,
      );

    const name = `${stack.name}.events`;
    const started = performance.now();
    await stack.swarm.configs.create(name, 'x', stack.labels);
    const config = await stack.swarm.configs.get(name);
    assert.ok(config, 'config');
    await stack.swarm.configs.updateLabels(config, { ...stack.labels, n: '1' });
    await stack.swarm.configs.remove(config.id);
    for (const action of ['create', 'update', 'remove']) await heard('config', action, name);
    assert.ok(performance.now() - started < 1_000, 'performance.now() - started < 1_000');

    const spec = stack.service('events', 'setInterval(() => {}, 1000)');
    const healthy = { Test: ['CMD', 'node', '-v'], Interval: 300_000_000 };
    const id = await stack.swarm.services.create({
      ...spec,
      TaskTemplate: {
        ...spec.TaskTemplate,
        ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Healthcheck: healthy },
      },
    });
    await heard('service', 'create', spec.Name);
    await heard('container', 'start', spec.Name);
    await heard('container', 'health_status: healthy', spec.Name);
    await stack.swarm.services.remove(id);
    await heard('service', 'remove', spec.Name);
    await heard('container', 'die', spec.Name);
    assert.equal(events.filter((event) => event.action.startsWith('exec_')).length, 0);
    stop();
  });

  it('finds images by name and label, tags and untags them', async () => {
    const { images } = stack.swarm;
    const base = await images.get(stack.image);
    assert.ok(base, `${stack.image} is missing: run the scripts that make the base images`);
    assert.match(base.id, /^sha256:[0-9a-f]{64}$/);
    assert.equal(await images.get('tidegate-test/none:1'), undefined);

    await images.tag(base.id, `${stack.name}/web`, 'one');
    const tagged = await images.get(`${stack.name}/web:one`);
    assert.equal(tagged?.id, base.id);
    assert.deepEqual(tagged.labels, base.labels);
    const [label] = Object.entries(base.labels);
    assert.ok(label, 'label');
    const listed = await images.list(Object.fromEntries([label]));
    assert.deepEqual(
      listed.find((found) => found.id === base.id),
      tagged,
    );
    assert.deepEqual(await images.list({ ...stack.labels }), []);

    await images.untag(`${stack.name}/web:one`);
    await images.untag(`${stack.name}/web:one`);
    assert.equal(await images.get(`${stack.name}/web:one`), undefined);
    assert.equal((await images.get(stack.image))?.id, base.id);
  });

  it('says that an image cannot be had', async () => {
    await assert.rejects(stack.swarm.images.pull('localhost:1/none:1'), {
      code: 'registry.unreachable',
      message: /localhost:1\/none:1/,
    });
    const asked = stack.swarm.images.pull('localhost:1/none:1', AbortSignal.abort());
    await assert.rejects(asked, { code: 'cancelled' });
  });

  it('lists volumes by label and removes them, but not one that is in use', async () => {
    const volume = `${stack.name}-data`;
    await stack.engine.docker.createVolume({ Name: volume, Labels: stack.labels });
    assert.deepEqual(await stack.swarm.volumes.list(stack.labels), [volume]);
    const spec = stack.service('volume', 'setInterval(() => {}, 1000)');
    const service = await stack.swarm.services.create({
      ...spec,
      TaskTemplate: {
        ...spec.TaskTemplate,
        ContainerSpec: {
          ...spec.TaskTemplate.ContainerSpec,
          Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }],
        },
      },
    });
    await eventually('a running task', async () =>
      (await stack.swarm.tasks.list({ service })).find((task) => task.state === 'running'),
    );
    const removing = stack.swarm.volumes.remove(volume);
    await stack.engine.docker.ping();
    assert.deepEqual(await stack.swarm.volumes.list(stack.labels), [volume]);
    await stack.swarm.services.remove(service);
    // The stopped container of a removed service holds the volume until Swarm clears it away.
    await removing;
    await stack.swarm.volumes.remove(volume);
    assert.deepEqual(await stack.swarm.volumes.list(stack.labels), []);
  });

  it('lets a process end that watched, asked and unsubscribed without closing', async () => {
    const script = `
      import { openEngine } from './agent/swarm/engine.ts';
      import { openSwarm } from './agent/swarm/docker-swarm.ts';
      const location = ${JSON.stringify({ kind: 'socket', path: socketPath(), name: 'e', source: 't' })};
      const swarm = openSwarm(openEngine(location));
      const stop = swarm.watch(() => undefined, () => swarm.nodes().then(() => stop()));
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'inherit',
      timeout: 20_000,
    });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  function socketPath(): string {
    return stack.engine.name.replace(/^(unix|npipe):\/\//, '');
  }
});
