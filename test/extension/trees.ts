import assert from 'node:assert/strict';
import type { TidegateApi } from '../../extension/main.ts';
import type { TreeNode } from '../../extension/model/node.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, showViews, startAgent, statusOf, until } from './stage.ts';

export function treeTests(): void {
  describe('the side bar', () => {
    let agent: ScriptedAgent;
    let tidegate: TidegateApi;

    before(async () => {
      agent = await startAgent();
      tidegate = await api();
      await showViews();
    });

    const rows = (view: string, count: number): Promise<readonly TreeNode[]> =>
      until(`${count} rows in ${view}`, () => {
        const found = tidegate.rows(view);
        return found.length >= count && found;
      });

    it('shows environments with what is live, and their slots with what answers', async () => {
      const [dev, production] = await rows('environments', 2);
      await until('dev is known', () => tidegate.rows('environments')[0]?.description === 'v1.1.0');
      assert.deepEqual([dev?.label, production?.label], ['dev', 'production']);
      const [now] = tidegate.rows('environments');
      const [web] = now?.children ?? [];
      assert.deepEqual(
        web?.children.slice(0, 2).map(({ label, description }) => `${label} ${description}`),
        ['blue v1.1.0 · live 100 % · 2/2', 'green v1.0.0 · warm · 2/2'],
      );
      assert.equal(
        web.children[0]?.spoken,
        'slot blue, v1.1.0, live 100 %, 2/2 healthy, answers 200, 1234567',
      );
    });

    it('shows a change that was pushed, without asking', async () => {
      await rows('environments', 2);
      const before = agent.asked.length;
      const status = statusOf('dev', { maintenance: 'ann@laptop' });
      agent.tell({ kind: 'watch', feed: 'f', updates: [{ type: 'status', sequence: 2, status }] });
      await until('the page is up', () =>
        tidegate.rows('environments')[0]?.description.includes('maintenance'),
      );
      assert.deepEqual(agent.asked.slice(before), []);
    });

    it('shows what the team rolled out, by day', async () => {
      const [day] = await rows('releases', 1);
      assert.match(day?.children[0]?.label ?? '', /^(dev|production): v1\.0\.0 → v1\.1\.0$/);
    });

    it('shows flags with their state in each environment', async () => {
      const [flag] = await rows('flags', 1);
      await until('both environments', () => tidegate.rows('flags')[0]?.children.length === 2);
      assert.equal(flag?.label, 'free-delivery');
      assert.deepEqual(
        tidegate.rows('flags')[0]?.children.map(({ label, description }) => `${label}: ${description}`),
        ['dev: off, by default', 'production: off, by default'],
      );
    });
  });
}
