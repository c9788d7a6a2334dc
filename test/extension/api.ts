import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TidegateApi } from '../../extension/api.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, commit, Dialogs, folder, live, showViews, startAgent, until } from './stage.ts';

export function apiTests(): void {
  describe('the interface for other extensions', () => {
    let tidegate: TidegateApi;
    let dialogs: Dialogs;
    let agent: ScriptedAgent;

    before(async () => {
      agent = await startAgent();
      await api();
      await showViews();
      const extension = vscode.extensions.getExtension<TidegateApi>('tidegate.tidegate');
      assert.ok(extension, 'it is there');
      tidegate = extension.exports;
      await until('dev is known', () => tidegate.environments()[0]?.state === 'ready');
    });
    beforeEach(() => {
      dialogs = new Dialogs();
    });
    afterEach(() => dialogs.restore());

    it('tells the environments, with what is live', () => {
      assert.equal(tidegate.version, 1);
      assert.deepEqual(tidegate.environments()[0], {
        ...{ folder: folder(), project: 'shop', environment: 'dev', protected: false },
        ...{ url: 'http://localhost:8080/', state: 'ready', rollout: null },
        live: { release: live.number, tag: live.tag, commit: live.commit },
      });
    });

    it('rolls back, one step or to a tag, and runs suites, as the commands do', async () => {
      const asked = (method: 'rollback' | 'suite') => agent.asksFor(method).map(({ params }) => params);
      const at = { folder: folder(), environment: 'dev' };
      agent.answers.suite = ({ suite }) => ({
        ...{ outcome: 'done', suite, stage: 'build', commit, release: null, message: 'passed', tests: [] },
        tookMs: 1,
      });
      await tidegate.rollback({ environment: 'dev' });
      await tidegate.rollback({ environment: 'dev', tag: 'v1.0.0' });
      const ended = await tidegate.runSuite({ environment: 'dev', suite: 'unit', ref: 'v1.1.0' });
      assert.deepEqual(asked('rollback'), [
        { ...at, tag: null },
        { ...at, tag: 'v1.0.0' },
      ]);
      assert.deepEqual(asked('suite'), [{ ...at, suite: 'unit', ref: 'v1.1.0' }]);
      assert.equal(ended?.message, 'passed');
    });

    it('deploys as the command does: with what has to be asked', async () => {
      const deployed = await tidegate.deploy({ environment: 'dev', ref: 'v1.2.0' });
      assert.equal(deployed?.outcome, 'done');
      assert.equal(await tidegate.deploy({ environment: 'production', ref: 'v1.2.0' }), undefined);
      assert.equal(dialogs.said.at(-1)?.text, 'Deploy v1.2.0 to production?');
    });
  });
}
