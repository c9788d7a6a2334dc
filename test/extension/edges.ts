import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../agent/protocol/errors.ts';
import type { Results } from '../../agent/protocol/methods.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { Answers, ScriptedAgent } from './scripted-agent.ts';
import { Dialogs, folder, showEnvironments, startAgent, statusOf, until } from './stage.ts';

export function edgeTests(): void {
  describe('edges, the maintenance page and certificates', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let tidegate: TidegateApi;
    const { showOpenDialog } = vscode.window;

    before(async () => {
      agent = await startAgent();
      const project = agent.answers.project as NonNullable<Answers['project']>;
      agent.answers = {
        ...agent.answers,
        project: async (params, call) => {
          const all = await project(params, call);
          return {
            ...all,
            environments: all.environments.map((one) =>
              one.environment === 'dev' ? { ...one, certificates: ['main'] } : one,
            ),
          };
        },
        setup: ({ environment, upgradeEdge }): Results['setup'] => ({
          ...{ outcome: 'unchanged', stack: `shop-${environment}`, url: '', changes: [] },
          pending: upgradeEdge ? [] : ['the edge listens on 443'],
        }),
        maintenance: ({ on }) => ({ outcome: 'done', maintenance: on ? 'on' : 'off', missing: [] }),
        forgetEdge: ({ node }) => ({ node, forgotten: [node] }),
        setCertificate: ({ name }) => ({
          ...{ outcome: 'done', name, version: 'abc', hosts: ['shop.example'], missing: [] },
          validUntil: '2027-01-01T00:00:00.000Z',
        }),
      };
      tidegate = await showEnvironments();
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => {
      dialogs.restore();
      Object.assign(vscode.window, { showOpenDialog });
    });

    const at = (environment: string, more: object = {}) => ({ folder: folder(), environment, ...more });
    const run = (id: string, argument?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(id, argument);
    const yes = (...wanted: string[]) => {
      dialogs.press = (_text, buttons) => buttons.find((one) => wanted.includes(one));
    };
    const asked = (method: 'setup' | 'maintenance' | 'forgetEdge' | 'setCertificate') =>
      agent.asksFor(method).map(({ params }) => params);

    it('upgrades an edge only after a yes, wherever it is: traffic is interrupted', async () => {
      await run(commands.upgradeEdge, at('dev'));
      assert.match(dialogs.said[0]?.detail ?? '', /interrupts traffic/);
      assert.deepEqual(asked('setup'), []);
      yes('Upgrade');
      await run(commands.upgradeEdge, at('dev'));
      assert.deepEqual(asked('setup'), [at('dev', { upgradeEdge: true, confirmed: true })]);
    });

    it('says what a set-up left alone, and leads to the upgrade', async () => {
      yes('Upgrade Edge…', 'Upgrade');
      await run(commands.setUpEnvironment, at('dev'));
      assert.match(dialogs.said[0]?.text ?? '', /interrupts traffic: the edge listens on 443/);
      await agent.untilAsked('setup', 2);
      assert.deepEqual(
        asked('setup').map(({ upgradeEdge }) => upgradeEdge),
        [false, true],
      );
    });

    it('leads from an edge that is too old to its upgrade', async () => {
      const { maintenance } = agent.answers;
      agent.answers.maintenance = () => {
        const hint = 'Run "tidegate setup ENV --upgrade-edge".';
        const data = { stack: 'shop-dev' };
        throw failure('environment.outdated', { message: 'The edges of shop-dev cannot.', hint, data });
      };
      yes('Upgrade Edge…', 'Upgrade');
      await run(commands.maintenanceOn, at('dev'));
      await agent.untilAsked('setup', 1);
      assert.deepEqual(asked('setup'), [at('dev', { upgradeEdge: true, confirmed: true })]);
      agent.answers.maintenance = maintenance as NonNullable<typeof maintenance>;
    });

    it('puts the maintenance page up, and takes it away by Undo', async () => {
      dialogs.press = (text, buttons) =>
        text.includes('page') ? buttons.find((b) => b === 'Undo') : undefined;
      await run(commands.maintenanceOn, at('dev'));
      await agent.untilAsked('maintenance', 2);
      assert.deepEqual(asked('maintenance'), [at('dev', { on: true }), at('dev', { on: false })]);
    });

    it('wants the name typed before users of a protected environment get the page', async () => {
      yes('Put Up', 'Take Away');
      for (const typed of ['no', 'production']) {
        dialogs.typed = typed;
        await run(commands.maintenanceOn, at('production'));
      }
      dialogs.typed = undefined;
      await run(commands.maintenanceOff, at('production'));
      assert.deepEqual(asked('maintenance'), [
        at('production', { on: true, confirmed: true }),
        at('production', { on: false, confirmed: true }),
      ]);
    });

    it('forgets an edge from the row that says it is missing, after a yes', async () => {
      const edges = [{ node: 'n2', state: 'missing', detail: 'its node is down' }] as const;
      const status = statusOf('dev', { edges });
      agent.tell({ kind: 'watch', feed: 'f', updates: [{ type: 'status', sequence: 2, status }] }, 'dev');
      const row = await until('its row', () =>
        tidegate.rows('environments')[0]?.children.find(({ kinds }) => kinds.includes('edge')),
      );
      assert.deepEqual(row.kinds, ['edge', 'missing', 'node']);
      await run(commands.forgetEdge, row.id);
      assert.equal(dialogs.said[0]?.text, 'Forget the edge on n2 in dev?');
      assert.deepEqual(asked('forgetEdge'), []);
      yes('Forget');
      await run(commands.forgetEdge, row.id);
      assert.deepEqual(asked('forgetEdge'), [at('dev', { node: 'n2', confirmed: true })]);
    });

    it('sets the one certificate there is from two files, and sends their paths only', async () => {
      const files = ['/certs/main.pem', '/certs/main.key'];
      Object.assign(vscode.window, {
        showOpenDialog: () => Promise.resolve([vscode.Uri.file(files.shift() ?? '')]),
      });
      await run(commands.setCertificate, at('dev'));
      assert.deepEqual(asked('setCertificate'), [
        at('dev', { name: 'main', certificateFile: '/certs/main.pem', keyFile: '/certs/main.key' }),
      ]);
      assert.equal(dialogs.said[0]?.text, 'Every edge answers with main (shop.example) until 2027-01-01.');
      await run(commands.setCertificate, at('production'));
      assert.match(dialogs.said[1]?.text ?? '', /names no certificate for production/);
    });
  });
}
