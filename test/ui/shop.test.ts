import assert from 'node:assert/strict';
import { agentOf } from '../../scripts/editor/agent.ts';
import { eventually } from '../support/eventually.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { uiStage, type Stage } from './stage.ts';
import type { Workbench } from './workbench.ts';

const say = (line: string): void => console.log(`      ${line}`);

/** One story, told in order: each step stands on the one before. */
describe('the shop, delivered from the side bar and the palette', function () {
  this.bail(true);
  let shop: Shop;
  let stage: Stage;
  let workbench: Workbench;

  before(async function () {
    this.timeout(240_000);
    shop = await openShop({ about: 'ui', setUp: false, replicas: 1 });
    stage = await uiStage();
    workbench = await stage.open(shop.folder);
  });

  after(async function () {
    this.timeout(60_000);
    await workbench.close();
    shop.leave();
  });

  afterEach(async function () {
    await workbench.tellIfFailed(this.currentTest);
  });

  async function page(): Promise<string> {
    const response = await fetch(shop.url, { headers: { host: 'shop.localhost' } });
    return response.text();
  }

  /** Until the shop's page reads like this; the milliseconds it took. */
  async function pageSays(text: RegExp): Promise<number> {
    const began = performance.now();
    for (;;) {
      const found = await page();
      if (text.test(found)) return performance.now() - began;
      assert.ok(
        performance.now() - began < 20_000,
        `the page does not say ${String(text)}: ${found.slice(0, 400)}`,
      );
    }
  }

  it('shows an environment that is not set up, and sets it up', async () => {
    await workbench.showTidegate();
    await workbench.waitForRow(/dev.*not set up/s);
    await workbench.picture('1 not set up');
    await workbench.row('Set up dev…').click();
    await workbench.waitForToast('dev is set up', 120_000);
    await workbench.waitForRow(/dev.*nothing deployed yet/s);
    await workbench.clearToasts();
  });

  it('deploys v1.0.0 from the palette', async () => {
    await workbench.command('Deploy…');
    await workbench.quickRow('v1.5.0').waitFor();
    await workbench.picture('2 choosing a tag');
    await workbench.pick('v1.0.0');
    await workbench.waitForToast('v1.0.0 is live in dev', 120_000);
    await workbench.waitForRow(/blue.*v1\.0\.0.*live 100 %/s);
    await pageSays(/v?1\.0\.0/);
    await workbench.picture('3 first release');
    await workbench.clearToasts();
  });

  it('deploys v1.1.0, and keeps v1.0.0 warm beside it', async () => {
    await workbench.command('Deploy…');
    await workbench.pick('v1.1.0');
    await workbench.waitForToast('v1.1.0 is live in dev', 120_000);
    await workbench.waitForRow(/green.*v1\.1\.0.*live 100 %/s);
    await workbench.waitForRow(/blue.*v1\.0\.0.*warm/s);
    await workbench.picture('4 second release');
    await workbench.pictureOf(workbench.pane('Environments'), 'walkthrough deploy');
    await workbench.clearToasts();
    await pageSays(/v?1\.1\.0/);
  });

  it('toggles a flag from the side bar, and the page changes', async () => {
    await workbench.waitForRow(/free-delivery/);
    const before = await page();
    await workbench.clickInline(workbench.row(/dev.*off, by default/s), 'Toggle Flag…');
    await workbench.waitForToast('free-delivery is on in dev');
    await pageSays(/delivery is free/);
    assert.doesNotMatch(before, /delivery is free/);
    await workbench.picture('5 flag on');
    await workbench.pictureOf(workbench.pane('Flags'), 'walkthrough flag');
    await workbench.clearToasts();
  });

  it('goes back with one click on the warm slot', async () => {
    const row = workbench.row(/blue.*v1\.0\.0.*warm/s);
    await workbench.clickInline(row, 'Roll Back to This');
    const tookMs = await pageSays(/v?1\.0\.0/);
    say(`from the click to the page: ${Math.round(tookMs)} ms`);
    await workbench.waitForToast('dev is back on v1.0.0');
    await workbench.waitForRow(/blue.*v1\.0\.0.*live 100 %/s);
    await workbench.picture('6 rolled back');
    await workbench.clearToasts();
  });

  it('shows what differs before it goes to a tag, and takes that back', async () => {
    await workbench.command('Roll Back to Tag…');
    await workbench.pick('v1.1.0');
    await workbench.diffOf('season.js');
    await workbench.lens('Roll Back to v1.1.0').waitFor();
    await workbench.picture('7 preview of a rollback');
    await workbench.pictureOf(workbench.page.locator('.part.editor'), 'walkthrough roll back');
    await workbench.clickLens('Roll Back to v1.1.0');
    await pageSays(/v?1\.1\.0/);
    await workbench.waitForToast('dev is back on v1.1.0');
    await workbench.waitForNoDiff();
    await workbench.pressInToast('dev is back on v1.1.0', 'Undo');
    await workbench.waitForToast('dev is back on v1.0.0');
    await pageSays(/v?1\.0\.0/);
    await workbench.clearToasts();
  });

  it('goes on with a rollout when its window is closed, and shows it in the next', async () => {
    await workbench.command('Deploy…');
    await workbench.pick('v1.1.0');
    await workbench.waitForRow(/dev.*v1\.1\.0: (building|starting|probing)/s);
    await workbench.page.reload();
    await workbench.showTidegate();
    await workbench.waitForRow(/green.*v1\.1\.0.*live 100 %/s);
    await pageSays(/v?1\.1\.0/);
  });

  it('shares its agent with a second window, which sees the same', async () => {
    const before = await agentOf(stage.editor.runtime);
    const second = await stage.open(shop.folder);
    await second.showTidegate();
    await second.waitForRow(/green.*v1\.1\.0.*live 100 %/s);
    assert.equal(await agentOf(stage.editor.runtime), before);
    await workbench.clickInline(workbench.row(/dev.*on, by/s), 'Toggle Flag…');
    await workbench.waitForToast('free-delivery is off in dev');
    await second.waitForRow(/dev.*off, by/s);
    await second.close();
    await workbench.clearToasts();
  });

  it('goes on with another agent when its own is killed, and tells nobody off', async () => {
    const killed = await agentOf(stage.editor.runtime);
    assert.ok(killed !== undefined, 'there is an agent');
    process.kill(killed, 'SIGKILL');
    await eventually(async () => {
      const now = await agentOf(stage.editor.runtime);
      assert.ok(now !== undefined && now !== killed, 'there is no other agent yet');
    });
    await workbench.waitForRow(/green.*v1\.1\.0.*live 100 %/s);
    assert.equal(await workbench.page.locator('.notification-toast').count(), 0);
  });

  it('says that Docker does not answer, and recovers by itself', async () => {
    await stage.engine.cut();
    const goneMs = await timed(() => workbench.waitForWelcome('Docker does not answer'));
    await workbench.picture('8 no docker');
    await stage.engine.mend();
    const backMs = await timed(() => workbench.waitForRow(/green.*v1\.1\.0.*live 100 %/s));
    say(`told after ${Math.round(goneMs)} ms, back after ${Math.round(backMs)} ms`);
    assert.ok(goneMs < 12_000, `it is told within seconds, not after ${goneMs} ms`);
    assert.ok(backMs < 8_000, `it is back within seconds, not after ${backMs} ms`);
  });

  it('shows what was rolled out in the timeline', async () => {
    await workbench.waitForRow(/dev: v1\.1\.0 → v1\.0\.0/);
    await workbench.row(/dev: v1\.0\.0 → v1\.1\.0/).click();
    await workbench.document(/Deployed by/);
    await workbench.picture('9 details');
  });
});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}
