/** Bad luck on a Swarm of three managers: an edge that is cut off, a control that dies, a leader that is gone. */
import assert from 'node:assert/strict';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { colours, names, slotServiceName } from '../../../agent/common/names.ts';
import { controlPort } from '../../../agent/edge/wire.ts';
import type { Results } from '../../../agent/protocol/methods.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad, type Load } from '../../support/load.ts';
import { canHaveNodes, openNodes, type Nodes, type TestNode } from '../../support/nodes.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { comesToRestOn, liveTag } from '../../fault/shop-facts.ts';
import { editFile } from '../release/commits.ts';

const crashAgent = path.resolve(import.meta.dirname, '../../support/crash-agent.ts');

describe('bad luck on three nodes', function () {
  this.timeout(240_000);
  let nodes: Nodes;
  let shop: Shop;
  const opened: { close(): Promise<void> }[] = [];
  let mend: () => Promise<void> = () => Promise.resolve();

  before(async function () {
    if (!(await canHaveNodes())) this.skip();
    nodes = await openNodes({ count: 3, managers: 3 });
    opened.push(nodes);
    shop = await openShop({
      about: 'nodes',
      on: nodes.test,
      address: node(1).address,
      registry: `${nodes.registry}/shop`,
      env: { DOCKER_CONFIG: nodes.logins.right },
      replicas: 3,
    });
    opened.push(shop);
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });
  afterEach(() => mend());
  after(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  function node(number: number): TestNode {
    const found = nodes.all[number - 1];
    assert.ok(found, `node${number}`);
    return found;
  }

  function visitorsOf(...some: readonly TestNode[]): readonly Load[] {
    return some.map(({ address }) =>
      startLoad({
        url: `http://${address}:${shop.port}`,
        host: 'shop.localhost',
        connections: 4,
        path: '/version',
        ratePerSecond: 100,
      }),
    );
  }

  async function noneFailed(loads: readonly Load[]): Promise<void> {
    for (const load of loads) {
      const { failures, requests } = await load.stop();
      assert.deepEqual(failures, []);
      assert.ok(requests > 0, 'requests');
    }
  }

  async function statusOf(): Promise<Results['status']['environments'][number]> {
    const { stdout } = await must(shop.cli('status', 'dev', '--json'));
    const [status] = (JSON.parse(stdout) as Results['status']).environments;
    assert.ok(status, 'status');
    return status;
  }

  /** The container of a service's task on a node, and its first process. */
  async function containerOn({ docker }: TestNode, service: string): Promise<{ id: string; pid: number }> {
    const filters = { label: [`com.docker.swarm.service.name=${service}`] };
    const [found] = await docker.listContainers({ filters });
    assert.ok(found, `a container of ${service}`);
    const { State } = await docker.getContainer(found.Id).inspect();
    return { id: found.Id, pid: State.Pid };
  }

  /** Its traffic goes on, its word does not come. */
  async function cutOff(where: TestNode): Promise<void> {
    const { pid } = await containerOn(where, names.edge(shop.stack));
    const port = String(controlPort);
    const iptables = async (action: string): Promise<void> => {
      await nodes.inContainer(
        pid,
        'iptables',
        '-w',
        action,
        'OUTPUT',
        '-p',
        'tcp',
        '--dport',
        port,
        '-j',
        'DROP',
      );
      await nodes.inContainer(
        pid,
        'iptables',
        '-w',
        action,
        'INPUT',
        '-p',
        'tcp',
        '--sport',
        port,
        '-j',
        'DROP',
      );
    };
    await iptables('-I');
    mend = async () => {
      mend = () => Promise.resolve();
      await iptables('-D');
    };
  }

  it('refuses a build without a registry before it begins', async () => {
    const withRegistry: { text: string } = { text: '' };
    await editFile(shop.folder, 'tidegate.yaml', (text) => {
      withRegistry.text = text;
      return text.replace(/^ *registry:.*\n/m, '').replace(/,? *registry: [^,}]*/, '');
    });
    try {
      const { code, stderr } = await shop.cli('deploy', 'dev', 'v1.1.0');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /swarm\.needs-registry.*3 nodes \(node\d, node\d, node\d\)/);
      assert.match(stderr, /environments\.dev\.registry/);
      assert.doesNotMatch(stderr, /build web/);
    } finally {
      await writeFile(path.join(shop.folder, 'tidegate.yaml'), withRegistry.text);
    }
  });

  it('leaves a swap partial when one of three edges is cut off, with both slots, until it is back', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.1.0', '--hold'));
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-cut-'));
    const [held, go] = [path.join(folder, 'held'), path.join(folder, 'go')];
    const loads = visitorsOf(...nodes.all);
    const promotion = shop.start(['promote', 'dev'], {
      program: crashAgent,
      env: { TIDEGATE_HOLD_BEFORE: 'swap', TIDEGATE_HELD: held, TIDEGATE_HOLD_UNTIL: go },
    });
    await eventually(() => access(held), { withinMs: 60_000 });
    await cutOff(node(2));
    await writeFile(go, '');
    const promoted = await promotion.done;
    await rm(folder, { recursive: true });
    assert.equal(promoted.code, 4, promoted.stdout + promoted.stderr);
    assert.match(promoted.stdout, /node2: its edge has version \d+, not \d+ yet/);
    assert.doesNotMatch(promoted.stdout, /node[13]:/);
    for (const colour of colours) {
      const tasks = await shop.swarm.tasks.list({ service: slotServiceName(shop.stack, 'web', colour) });
      assert.equal(tasks.filter(({ state }) => state === 'running').length, 3, `tasks of ${colour}`);
    }
    const { edges, rollouts } = await statusOf();
    assert.equal(rollouts[0]?.phase, 'partial (promoted)');
    const states = Object.fromEntries(edges.map((edge) => [edge.node, edge.state]));
    assert.deepEqual(states, { node1: 'current', node2: 'behind', node3: 'current' });
    await mend();
    await comesToRestOn(shop, 'v1.1.0');
    await noneFailed(loads);
  });

  it('swaps while one of two controls dies', async () => {
    const control = names.control(shop.stack);
    const tasks = await shop.swarm.tasks.list({ service: control });
    const running = tasks.filter(({ state, desired }) => state === 'running' && desired === 'running');
    assert.equal(running.length, 2, 'controls');
    const where = (await shop.swarm.nodes()).find(({ id }) => id === running[0]?.nodeId);
    const on = nodes.all.find(({ name }) => name === where?.name) ?? node(1);
    const loads = visitorsOf(...nodes.all);
    const { id } = await containerOn(on, control);
    const back = shop.cli('rollback', 'dev');
    await on.docker.getContainer(id).kill({ signal: 'SIGKILL' });
    await must(back);
    assert.equal(await liveTag(shop), 'v1.0.0');
    await noneFailed(loads);
  });

  it('is brought back to a release by control, which has no login, when the agent dies before it placed it', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.2.0'));
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    const loads = visitorsOf(...nodes.all);
    const died = await shop.start(['rollback', 'dev', 'v1.0.0'], {
      program: crashAgent,
      env: { TIDEGATE_CRASH_AFTER: 'placing', TIDEGATE_LEASE_SECONDS: '2' },
    }).done;
    assert.equal(died.code, null, `it killed itself: ${died.stdout}${died.stderr}`);
    await comesToRestOn(shop, 'v1.0.0');
    await noneFailed(loads);
  });

  it('goes on through another manager when the leader is gone, and counts its edge as missing', async () => {
    const infos = await node(1).docker.listNodes();
    const leading = (
      infos as { Description: { Hostname: string }; ManagerStatus?: { Leader?: boolean } }[]
    ).find(({ ManagerStatus }) => ManagerStatus?.Leader === true);
    const leader = nodes.all.find(({ name }) => name === leading?.Description.Hostname) ?? node(1);
    const other = nodes.all.find((one) => one !== leader) ?? node(2);
    const env = { DOCKER_HOST: other.host };
    await nodes.cable(leader, 'down');
    mend = async () => {
      mend = () => Promise.resolve();
      await nodes.cable(leader, 'up');
    };
    const swarm = openSwarm(other.engine);
    await eventually(
      async () => {
        const state = (await swarm.nodes()).find(({ name }) => name === leader.name)?.state;
        assert.equal(state, 'down', `${leader.name} by ${other.name}`);
      },
      { withinMs: 90_000, everyMs: 500 },
    );
    const refused = await shop.start(['rollback', 'dev', 'v1.1.0'], { env }).done;
    assert.notEqual(refused.code, 0, refused.stdout);
    assert.match(refused.stdout + refused.stderr, new RegExp(`${leader.name}: the node is down`));
    await must(shop.start(['edge', 'forget', 'dev', leader.name], { env }).done);
    const forgotten = await shop.start(['rollback', 'dev', 'v1.1.0'], { env }).done;
    assert.equal(forgotten.code, 0, forgotten.stdout + forgotten.stderr);
    await mend();
    const ledger = openLedger(swarm, shop.stack);
    await eventually(
      async () => {
        const { routes, slots } = (await ledger.routes.read()).value;
        const live = slots[`web-${routes['web']?.active ?? 'blue'}`] ?? 0;
        assert.equal((await ledger.releases.get(live))?.tag, 'v1.1.0');
        const nodesNow = await swarm.nodes();
        assert.ok(
          nodesNow.every(({ state }) => state === 'ready'),
          'every node is back',
        );
      },
      { withinMs: 120_000, everyMs: 500 },
    );
  });
});
