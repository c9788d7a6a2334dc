import assert from 'node:assert/strict';
import * as z from 'zod';
import { eventually, ScratchStack } from './scratch-stack.ts';

const inspected = z.object({
  Attachable: z.boolean(),
  Driver: z.string(),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }),
});

describe('networks of a real Swarm', function () {
  this.timeout(60_000);
  let stacks: ScratchStack[];

  const one = (): ScratchStack => stacks[0] ?? assert.fail();
  const other = (): ScratchStack => stacks[1] ?? assert.fail();

  before(async () => {
    stacks = [await ScratchStack.open(), await ScratchStack.open()];
  });
  after(async () => {
    for (const stack of stacks) await stack.dispose();
  });

  const inspect = async (id: string): Promise<z.infer<typeof inspected>> =>
    inspected.parse(await one().engine.docker.getNetwork(id).inspect());

  const ensure = (stack: ScratchStack, name: string): Promise<string> =>
    stack.swarm.networks.ensure(`${stack.name}_${name}`, stack.labels);

  it('get a /20 each, also when two stacks ask at the same moment', async () => {
    const ids = await Promise.all([
      ensure(one(), 'a'),
      ensure(other(), 'a'),
      ensure(one(), 'b'),
      ensure(other(), 'b'),
    ]);
    const found = await Promise.all(ids.map(inspect));
    for (const network of found) assert.deepEqual([network.Driver, network.Attachable], ['overlay', false]);
    const subnets = found.map((network) => network.IPAM.Config[0]?.Subnet ?? '');
    for (const subnet of subnets) assert.match(subnet, /^10\.\d+\.\d+\.0\/20$/);
    assert.equal(new Set(subnets).size, 4);
  });

  it('are made once, also by two agents at the same moment', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => ensure(one(), 'once')));
    assert.equal(new Set(ids).size, 1);
    assert.equal(await ensure(one(), 'once'), ids[0]);
    const named = (await one().swarm.networks.list(one().labels)).filter(({ name }) =>
      name.endsWith('_once'),
    );
    assert.equal(named.length, 1);
  });

  it('are made again when Swarm never gave them their addresses', async () => {
    const taken = (await inspect(await ensure(one(), 'taken'))).IPAM.Config[0]?.Subnet;
    const name = `${one().name}_stuck`;
    // What an agent leaves that was killed just after it lost a race for a subnet.
    const stuck = await one().engine.docker.createNetwork({
      Name: name,
      Driver: 'overlay',
      Labels: one().labels,
      IPAM: { Config: [{ Subnet: taken }] },
    });
    const id = await one().swarm.networks.ensure(name, one().labels);
    assert.notEqual(id, stuck.id);
    assert.match((await inspect(id)).IPAM.Config[0]?.Subnet ?? '', /\/20$/);
  });

  it("refuse to take somebody else's network of that name", async () => {
    const name = `${one().name}_theirs`;
    const theirs = await other().swarm.networks.ensure(name, other().labels);
    await assert.rejects(one().swarm.networks.ensure(name, one().labels), {
      code: 'swarm.conflict',
      message: new RegExp(name),
    });
    await other().swarm.networks.remove(theirs);
  });

  it('wait with their removal for the service that uses them, and with their return for its tasks', async () => {
    const { swarm } = one();
    const network = await ensure(one(), 'used');
    // PID 1 without a handler ignores TERM: the task stays for its whole stop grace.
    const spec = one().service('user', 'setInterval(() => {}, 1000)');
    const service = await swarm.services.create({
      ...spec,
      TaskTemplate: {
        ...spec.TaskTemplate,
        ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, StopGracePeriod: 1_500_000_000 },
        Networks: [{ Target: network }],
      },
    });
    await eventually('a running task', async () =>
      (await swarm.tasks.list({ service })).find((task) => task.state === 'running'),
    );
    let gone = false;
    const removing = swarm.networks.remove(network).then(() => (gone = true));
    await one().engine.docker.ping();
    assert.equal(gone, false);
    await swarm.services.remove(service);
    await removing;
    await swarm.networks.remove(network);
    const again = await ensure(one(), 'used');
    assert.notEqual(again, network);
    const user = await swarm.services.create({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, Networks: [{ Target: again }] },
    });
    await swarm.services.remove(user);
  });
});
