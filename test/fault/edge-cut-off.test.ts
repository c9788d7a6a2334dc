/** Invariant 2: an edge that does not acknowledge may be on either colour. The rollout ends `partial`, both slots stay. */
import assert from 'node:assert/strict';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Results } from '../../agent/protocol/methods.ts';
import { colours, slotServiceName } from '../../agent/common/names.ts';
import { eventually } from '../support/eventually.ts';
import type { Load } from '../support/load.ts';
import { must, openShop, type CliRun, type Shop } from '../support/shop.ts';
import { canCutOff, cutOffEdge } from './edge-cut-off.ts';
import { activeTasks, answering, comesToRestOn, liveTag, noFailure } from './shop-facts.ts';

const crashAgent = path.resolve(import.meta.dirname, '../support/crash-agent.ts');
/** An edge that is cut off never answers: the usual ten seconds would prove no more. */
const patience = { TIDEGATE_PATIENCE_MS: '3000' };

describe('an edge that is cut off from control', function () {
  this.timeout(240_000);
  let shop: Shop;
  let load: Load | undefined;
  let mend: () => Promise<void> = () => Promise.resolve();

  before(async function () {
    shop = await openShop({ about: 'cut', replicas: 1 });
    if (!(await canCutOff(shop))) this.skip();
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  afterEach(() => mend());

  after(async () => {
    await load?.stop();
    shop.leave();
  });

  async function statusOf(): Promise<Results['status']['environments'][number]> {
    const { stdout } = await must(shop.cli('status', 'dev', '--json'));
    const [status] = (JSON.parse(stdout) as Results['status']).environments;
    assert.ok(status, 'status');
    return status;
  }

  function impatient(...args: readonly string[]): Promise<CliRun> {
    return shop.start(args, { program: crashAgent, env: patience }).done;
  }

  /** Leaves `tag` promoted at an edge that does not answer: it is cut off between the last look and the swap. */
  async function promoteUnheard(tag: string): Promise<void> {
    await must(shop.cli('deploy', 'dev', tag, '--hold'));
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-cut-'));
    const [held, go] = [path.join(folder, 'held'), path.join(folder, 'go')];
    const promotion = shop.start(['promote', 'dev'], {
      program: crashAgent,
      env: { ...patience, TIDEGATE_HOLD_BEFORE: 'swap', TIDEGATE_HELD: held, TIDEGATE_HOLD_UNTIL: go },
    });
    await eventually(() => access(held), { withinMs: 60_000 });
    mend = await cutOffEdge(shop);
    await writeFile(go, '');
    const promoted = await promotion.done;
    await rm(folder, { recursive: true });
    assert.equal(promoted.code, 4, promoted.stdout + promoted.stderr);
    assert.match(promoted.stdout, /edge has version \d+, not \d+ yet/);
  }

  async function bothSlotsRun(): Promise<void> {
    for (const colour of colours) {
      const tasks = await shop.swarm.tasks.list({ service: slotServiceName(shop.stack, 'web', colour) });
      assert.equal(tasks.filter(({ state }) => state === 'running').length, 1, `tasks of ${colour}`);
    }
  }

  it('before the swap stops the promotion: nothing is moved, and the old version keeps all the traffic', async () => {
    const tasks = await activeTasks(shop);
    await must(shop.cli('deploy', 'dev', 'v1.1.0', '--hold'));
    mend = await cutOffEdge(shop);
    const promoted = await impatient('promote', 'dev');
    assert.equal(promoted.code, 1, promoted.stdout + promoted.stderr);
    assert.match(promoted.stdout, /edge has version \d+, not \d+ yet/);
    assert.match(promoted.stdout, /nothing changed for its users/);
    await mend();
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(await activeTasks(shop), tasks, 'tasks of the live slot');
    noFailure(load);
  });

  it('leaves the promotion partial with both slots, and settles by itself when it is back', async () => {
    await promoteUnheard('v1.1.0');
    await bothSlotsRun();
    const { services, edges, rollouts } = await statusOf();
    const tags = services[0]?.slots.map(({ release }) => release?.tag).sort();
    assert.deepEqual(tags, ['v1.0.0', 'v1.1.0'], 'slots in the status');
    assert.equal(edges[0]?.state, 'behind');
    assert.equal(rollouts[0]?.phase, 'partial (promoted)');
    assert.equal(await answering(shop), 'v1.0.0', 'the edge serves what it was last told');

    const other = await shop.cli('deploy', 'dev', 'v1.0.0');
    assert.equal(other.code, 5, 'another deploy: busy');
    assert.match(other.stderr, /partial/);

    await mend();
    await comesToRestOn(shop, 'v1.1.0');
    noFailure(load);
  });

  it('can be aborted: partial until the edge is back, then all is as before', async () => {
    const before = await liveTag(shop);
    const other = before === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    await promoteUnheard(other);
    const aborted = await impatient('abort', 'dev');
    assert.equal(aborted.code, 4, aborted.stdout + aborted.stderr);
    await bothSlotsRun();
    assert.equal((await statusOf()).rollouts[0]?.phase, 'partial (aborting)');
    await mend();
    await comesToRestOn(shop, before ?? '');
    noFailure(load);
  });

  it('is forgotten only by word, and waited for again after the next setup', async () => {
    const before = await liveTag(shop);
    const other = before === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    await promoteUnheard(other);
    const node = (await statusOf()).edges[0]?.node ?? '';
    await must(shop.cli('edge', 'forget', 'dev', node));
    const { edges, rollouts } = await statusOf();
    assert.equal(edges[0]?.state, 'forgotten');
    assert.equal(rollouts[0]?.phase, 'partial (promoted)', 'no edge at all is not "all edges"');
    await mend();
    await must(shop.cli('setup', 'dev'));
    await comesToRestOn(shop, other);
    assert.equal((await statusOf()).edges[0]?.state, 'current');
    noFailure(load);
  });
});
