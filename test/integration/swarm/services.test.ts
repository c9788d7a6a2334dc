import assert from 'node:assert/strict';
import type { LogLine, Task } from '../../../agent/swarm/port.ts';
import { eventually, ScratchStack } from './scratch-stack.ts';

describe('services of a real Swarm', function () {
  this.timeout(60_000);
  let stack: ScratchStack;

  before(async () => {
    stack = await ScratchStack.open();
  });
  after(() => stack.dispose());

  const idle = 'setInterval(() => {}, 1000)';

  function taskIn(state: string, service: string): Promise<Task> {
    return eventually(`a task of ${service} is ${state}`, async () =>
      (await stack.swarm.tasks.list({ service })).find((task) => task.state === state),
    );
  }

  it('are created, read back, updated by version, and removed twice', async () => {
    const { services } = stack.swarm;
    const spec = stack.service('life', idle);
    const id = await services.create(spec);
    await assert.rejects(services.create(spec), { code: 'swarm.conflict' });
    const made = await services.get(spec.Name);
    assert.equal(made?.id, id);
    assert.deepEqual(made.labels, stack.labels);
    assert.deepEqual(made.spec.TaskTemplate.ContainerSpec.Command, spec.TaskTemplate.ContainerSpec.Command);

    const running = await taskIn('running', id);
    const read = await services.get(spec.Name);
    assert.ok(read, 'read');
    await services.update(read, { ...read.spec, Labels: { ...read.spec.Labels, extra: 'yes' } });
    await assert.rejects(services.update(read, read.spec), { code: 'swarm.conflict' });
    const listed = await services.list({ ...stack.labels, extra: 'yes' });
    assert.deepEqual(
      listed.map((service) => service.id),
      [id],
    );
    const tasks = await stack.swarm.tasks.list({ service: id });
    assert.deepEqual(
      tasks.map((task) => task.id),
      [running.id],
      'a label restarts no task',
    );

    await services.remove(id);
    await services.remove(id);
    assert.equal(await services.get(spec.Name), undefined);
    await assert.rejects(services.update(read, read.spec), { code: 'swarm.conflict' });
    assert.deepEqual(await stack.swarm.tasks.list({ service: id }), []);
  });

  it('have tasks with address, image and node', async () => {
    const network = await stack.swarm.networks.ensure(`${stack.name}_tasks`, stack.labels);
    const spec = stack.service('address', idle);
    const id = await stack.swarm.services.create({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, Networks: [{ Target: network }] },
    });
    const task = await taskIn('running', id);
    const { nodeId } = await stack.swarm.info();
    assert.deepEqual(
      { ...task, id: '', containerId: '', addresses: [], message: '', createdAt: '', updatedAt: '' },
      {
        id: '',
        serviceId: id,
        nodeId,
        slot: 1,
        state: 'running',
        desired: 'running',
        message: '',
        error: undefined,
        exitCode: undefined,
        containerId: '',
        image: stack.image,
        addresses: [],
        addressOn: { [network]: task.addresses[0] },
        aliases: [],
        createdAt: '',
        updatedAt: '',
      },
    );
    assert.match(task.addresses.join(), /^10\.2\d\d\.\d+\.\d+$/);
    const onNode = await stack.swarm.tasks.list({ service: id, node: nodeId });
    assert.deepEqual(
      onNode.map((found) => found.id),
      [task.id],
    );
    assert.deepEqual(await stack.swarm.tasks.list({ service: id, node: 'nosuchnode' }), []);
  });

  it('have failed tasks that tell their exit code and last words', async () => {
    const id = await stack.swarm.services.create(
      stack.service('crash', 'console.error("no luck"); console.log("bye"); process.exitCode = 7'),
    );
    const task = await taskIn('failed', id);
    assert.equal(task.exitCode, 7);
    assert.match(task.error ?? '', /non-zero exit \(7\)/);
    const lines = await eventually('both lines of the log', async () => {
      const found = await stack.swarm.services.logs(id, { tail: 10 });
      return found.length === 2 ? found : undefined;
    });
    const told = lines.map((line) => [line.stream, line.text, line.task]).sort();
    assert.deepEqual(told, [
      ['stderr', 'no luck', task.id],
      ['stdout', 'bye', task.id],
    ]);
    assert.ok(
      lines.every((line) => Math.abs(Date.parse(line.at) - Date.parse(task.updatedAt)) < 60_000),
      'lines.every((line) => Math.abs(Date.parse(line.at) - Date.parse(task.updatedAt)) < 60_000)',
    );
  });

  it('show the health of a container and what its last probe said', async () => {
    const spec = stack.service('health', idle);
    const health = { Test: ['CMD', 'node', '-e', 'console.log("not well"); process.exitCode = 3'] };
    const id = await stack.swarm.services.create({
      ...spec,
      TaskTemplate: {
        ...spec.TaskTemplate,
        ContainerSpec: {
          ...spec.TaskTemplate.ContainerSpec,
          // Long enough that the container is not killed for it while the test looks.
          Healthcheck: { ...health, Interval: 300_000_000, Timeout: 5_000_000_000, Retries: 100 },
        },
      },
    });
    const report = await eventually('a probe', async () => {
      const [task] = await stack.swarm.tasks.list({ service: id });
      const container = task?.containerId;
      const found = container === undefined ? undefined : await stack.swarm.tasks.inspectContainer(container);
      return found?.probe ? found : undefined;
    });
    assert.deepEqual(report, { health: 'starting', probe: { exitCode: 3, output: 'not well\n' } });
    assert.equal(await stack.swarm.tasks.inspectContainer('0123456789ab'), undefined);
  });

  it('answer at once with no lines where nothing was printed', async () => {
    const id = await stack.swarm.services.create(stack.service('silent', idle));
    await taskIn('running', id);
    const started = performance.now();
    assert.deepEqual(await stack.swarm.services.logs(id, { tail: 5 }), []);
    assert.ok(performance.now() - started < 3_000, 'performance.now() - started < 3_000');
    assert.deepEqual(await stack.swarm.services.logs('nosuchservice', { tail: 5 }), []);
  });

  it('are followed line by line until they are removed', async () => {
    const script = 'let n = 0; setInterval(() => console.log(`line ${++n}`), 50)';
    const id = await stack.swarm.services.create(stack.service('chatty', script));
    await taskIn('running', id);
    const lines: LogLine[] = [];
    const following = stack.swarm.services.follow(
      id,
      { tail: 1_000, signal: new AbortController().signal },
      (line) => lines.push(line),
    );
    await eventually('ten lines', () => (lines.length >= 10 ? true : undefined));
    assert.deepEqual(
      lines.slice(0, 10).map((line) => line.text),
      Array.from({ length: 10 }, (_, at) => `line ${at + 1}`),
    );
    await stack.swarm.services.remove(id);
    await following;
  });

  it('are no longer followed once the signal aborts', async () => {
    const id = await stack.swarm.services.create(
      stack.service('abort', 'setInterval(() => console.log("x"), 20)'),
    );
    await taskIn('running', id);
    const stop = new AbortController();
    let heard = 0;
    await stack.swarm.services.follow(id, { tail: 0, signal: stop.signal }, () => {
      if (++heard === 3) stop.abort();
    });
    assert.equal(heard, 3);
  });
});
