import assert from 'node:assert/strict';
import { protocolVersion } from '../../agent/protocol/version.ts';
import type { TidegateApi } from '../../extension/main.ts';
import { api, Dialogs, showViews, startAgent, until } from './stage.ts';

export function connectionTests(): void {
  describe('the connection', () => {
    let tidegate: TidegateApi;
    before(async () => {
      tidegate = await api();
      await showViews();
    });

    const link = (): string => tidegate.state().link.kind;

    it('comes back by itself when the agent was killed, and nobody is told off', async () => {
      const dialogs = new Dialogs();
      await startAgent();
      await until('connected', () => link() === 'connected');
      await until('rows', () => tidegate.rows('environments').length === 2);
      const second = await startAgent();
      await until('connected to the second', () => second.asksFor('watch').length === 2);
      assert.equal(tidegate.rows('environments').length, 2);
      assert.deepEqual(dialogs.said, []);
      dialogs.restore();
    });

    it('does not talk to an agent of another contract, and recovers when it has gone', async () => {
      const old = await startAgent({ protocolVersion: protocolVersion + 1 });
      await until('another version', () => link() === 'other-version');
      assert.deepEqual(old.asked, []);
      assert.deepEqual(tidegate.rows('environments'), []);
      await startAgent();
      await until('connected', () => link() === 'connected');
      await until('rows', () => tidegate.rows('environments').length === 2);
    });
  });
}
