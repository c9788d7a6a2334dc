/** Flags that another server holds, in the side bar: its token, what it says, and switches that it refuses. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../agent/protocol/errors.ts';
import type { FlagServerName } from '../../agent/protocol/flag-server.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { commands } from '../../extension/ids.ts';
import type { TreeNode } from '../../extension/model/node.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, showViews, startAgent, until } from './stage.ts';

const flagServer: FlagServerName = {
  ...{ kind: 'unleash', url: 'https://unleash.example', project: 'default', environment: 'development' },
};

export function flagServerTests(): void {
  describe('flags of another server', () => {
    let tidegate: TidegateApi;
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let token: string | null = null;
    const checkout: { -readonly [K in keyof FlagStatus]: FlagStatus[K] } = {
      ...{ key: 'checkout', value: false, state: 'off', share: 25, defined: true, default: null },
      ...{ description: 'New way', owner: null, kind: 'release', expires: null, by: null, at: null },
      ...{ type: 'boolean', variants: ['on', 'off'], conditions: 0 },
      server: { lastSeen: null, stale: true, strategies: ['flexibleRollout'], segments: [] },
    };

    before(async () => {
      tidegate = await api();
      await showViews();
      agent = await startAgent();
      agent.answers.project = () => ({
        ...{ project: 'shop', folder: folder() },
        environments: [
          {
            ...{ environment: 'dev', stack: 'shop-dev', protected: false, dockerContext: null },
            ...{ url: 'http://localhost:8080/', flagServer },
          },
        ],
      });
      agent.answers['flags.useToken'] = ({ url, token: given }) => {
        token = given;
        return { url, known: given !== null };
      };
      agent.answers['flags.list'] = ({ environment }) => {
        if (token === null)
          throw failure('flags.no-token', { message: 'There is no token.', hint: 'Set one.' });
        if (token !== 'right')
          throw failure('flags.token-refused', { message: 'It is not known.', hint: 'Set another.' });
        return {
          ...{ environment, stack: 'shop-dev', release: null, server: flagServer },
          flags: [{ ...checkout }],
        };
      };
    });
    beforeEach(() => {
      dialogs = new Dialogs();
    });
    afterEach(() => dialogs.restore());
    after(async () => {
      dialogs = new Dialogs();
      dialogs.typed = '';
      await vscode.commands.executeCommand(commands.setFlagServerToken);
      dialogs.restore();
    });

    const row = (label: string): TreeNode | undefined =>
      tidegate.rows('flags').find((one) => one.label === label);
    const state = (): string => row('checkout')?.children[0]?.description ?? '';
    const setToken = (typed: string): Thenable<unknown> => {
      dialogs.typed = typed;
      return vscode.commands.executeCommand(commands.setFlagServerToken, {
        folder: folder(),
        environment: 'dev',
      });
    };

    it('want a token: the row says so, and a click sets it', async () => {
      const wanting = await until('the row', () => row('dev'));
      assert.equal(wanting.description, 'unleash.example needs a token: click to set it');
      assert.deepEqual([wanting.click, wanting.target?.environment], [commands.setFlagServerToken, 'dev']);
      assert.equal(row('checkout'), undefined);
    });

    it('say that a token is not known, at once', async () => {
      await setToken('wrong');
      assert.match(dialogs.said[0]?.text ?? '', /It is not known\./);
      assert.match(row('dev')?.description ?? '', /does not know the token/);
    });

    it('are listed with the right one, with server, last seen and stale; the token is in no message', async () => {
      await setToken(' right ');
      assert.equal(dialogs.said[0]?.text, 'The token for unleash.example is set: 1 flags are listed.');
      assert.equal(row('dev'), undefined);
      assert.equal(state(), 'off, at unleash.example, never seen, stale');
      assert.equal(token, 'right');
    });

    it('show a switch at once, and take it back when the server refuses it', async () => {
      let refuse: () => void = () => undefined;
      agent.answers['flags.set'] = () =>
        new Promise((_resolve, reject) => {
          refuse = () =>
            reject(failure('flags.forbidden', { message: 'Not allowed.', hint: 'Ask somebody.' }));
        });
      const asked = agent.asksFor('flags.set').length;
      const switching = vscode.commands.executeCommand(commands.toggleFlag, {
        ...{ folder: folder(), environment: 'dev', flag: 'checkout' },
      });
      await agent.untilAsked('flags.set', asked + 1);
      assert.equal(state(), 'on for 25 %, switching…');
      refuse();
      await switching;
      assert.equal(state(), 'off, at unleash.example, never seen, stale');
      assert.match(dialogs.said[0]?.text ?? '', /^Not allowed\. Ask somebody\.$/);
    });

    it('are what the server made of a switch', async () => {
      agent.answers['flags.set'] = ({ environment, key }) => {
        Object.assign(checkout, { value: true, state: 'on', share: 100 });
        return {
          ...{ outcome: 'done', environment, stack: 'shop-dev', flag: key, state: 'on', share: 100 },
          ...{ value: true, message: 'checkout is on', controls: 0, missing: [], tookMs: 3 },
        };
      };
      await vscode.commands.executeCommand(commands.toggleFlag, {
        ...{ folder: folder(), environment: 'dev', flag: 'checkout' },
      });
      assert.equal(state(), 'on, at unleash.example, never seen, stale');
    });
  });
}
