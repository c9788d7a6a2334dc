import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Results } from '../../agent/protocol/methods.ts';
import { commands } from '../../extension/ids.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, done, folder, live, showEnvironments, startAgent, until } from './stage.ts';

export function commandTests(): void {
  describe('commands', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;

    before(async () => {
      agent = await startAgent();
      await showEnvironments();
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => dialogs.restore());

    const at = (environment: string, more: object = {}) => ({ folder: folder(), environment, ...more });
    const run = (id: string, argument?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(id, argument);
    const yes = (button: string) => (_text: string, buttons: readonly string[]) =>
      buttons.includes(button) ? button : undefined;

    it('deploys to an open environment without asking, and says how it ended', async () => {
      const result = await run(commands.deploy, at('dev', { tag: 'v1.2.0' }));
      assert.deepEqual(
        agent.asksFor('deploy').map(({ params }) => params),
        [at('dev', { ref: 'v1.2.0', hold: false })],
      );
      assert.equal((result as { outcome: string }).outcome, 'done');
      assert.deepEqual(
        dialogs.said.map(({ text, buttons }) => [text, buttons]),
        [['v1.2.0 is live in dev', ['Open App', 'Show Details', 'Roll Back']]],
      );
    });

    it('deploys and holds for somebody to look, with what can be done then', async () => {
      const { deploy } = agent.answers;
      agent.answers.deploy = ({ ref }) => ({
        ...done(`${ref} waits`),
        ...{ outcome: 'held', preview: 'http://localhost:8080/?p' },
      });
      await run(commands.deployHeld, at('dev', { tag: 'v1.2.0' }));
      agent.answers.deploy = deploy as NonNullable<typeof deploy>;
      assert.equal(agent.asksFor('deploy')[0]?.params['hold'], true);
      assert.deepEqual(dialogs.said[0]?.buttons, ['Promote', 'Abort', 'Open Preview']);
    });

    it('opens application and preview at the address that they have here: a port may be forwarded', async () => {
      const { asExternalUri, openExternal } = vscode.env;
      const opened: string[] = [];
      Object.assign(vscode.env, {
        asExternalUri: (uri: vscode.Uri) => Promise.resolve(uri.with({ authority: 'forwarded.example' })),
        openExternal: (uri: vscode.Uri) => Promise.resolve(opened.push(uri.toString(true)) > 0),
      });
      agent.answers.preview = () => ({ url: 'http://localhost:8080/?preview=k', release: live });
      try {
        await run(commands.openApp, at('dev'));
        await run(commands.openPreview, at('dev'));
      } finally {
        Object.assign(vscode.env, { asExternalUri, openExternal });
      }
      assert.deepEqual(opened, ['http://forwarded.example/', 'http://forwarded.example/?preview=k']);
    });

    it('asks before a protected environment is changed, naming all of it', async () => {
      dialogs.press = yes('Deploy');
      await run(commands.deploy, at('production', { tag: 'v1.2.0' }));
      const [question] = dialogs.said;
      assert.equal(question?.text, 'Deploy v1.2.0 to production?');
      for (const word of ['production', 'web', 'v1.1.0', 'v1.2.0', 'canary: 25 % for 30 s'])
        assert.ok(question.detail.includes(word), `${word} is in: ${question.detail}`);
      assert.equal(agent.asksFor('deploy')[0]?.params['confirmed'], true);
    });

    it('does nothing when the answer is no', async () => {
      await run(commands.deploy, at('production', { tag: 'v1.2.0' }));
      await run(commands.promote, at('production'));
      await run(commands.takeDown, at('dev'));
      assert.equal(dialogs.said.length, 3);
      assert.deepEqual(
        agent.asked.filter(({ method }) => !['plan', 'flags.list'].includes(method)),
        [],
      );
    });

    it('wants the name typed before a protected environment goes back', async () => {
      dialogs.press = yes('Roll Back');
      dialogs.typed = 'prod';
      await run(commands.rollbackToTag, at('production', { tag: 'v1.0.0' }));
      assert.deepEqual(agent.asksFor('rollback'), []);
      dialogs.typed = 'production';
      await run(commands.rollbackToTag, at('production', { tag: 'v1.0.0' }));
      assert.deepEqual(
        agent.asksFor('rollback').map(({ params }) => params),
        [at('production', { tag: 'v1.0.0', confirmed: true })],
      );
    });

    it('wants the name typed before a protected environment is taken down or loses a flag', async () => {
      dialogs.press = (_text, buttons) => buttons.find((one) => ['Take Down', 'Switch Off'].includes(one));
      const { 'flags.list': listed } = agent.answers;
      agent.answers['flags.list'] = async (params, call) => {
        const all = await listed?.(params, call);
        return {
          ...all,
          flags: all?.flags.map((flag) => ({ ...flag, value: true })),
        } as Results['flags.list'];
      };
      for (const typed of ['no', 'production']) {
        dialogs.typed = typed;
        await run(commands.takeDown, at('production'));
        await run(commands.toggleFlag, at('production', { flag: 'free-delivery' }));
      }
      agent.answers['flags.list'] = listed as NonNullable<typeof listed>;
      assert.deepEqual(
        [...agent.asksFor('down'), ...agent.asksFor('flags.set')].map(({ params }) => params['confirmed']),
        [true, true],
      );
    });

    it('goes back with one click from the row of a warm slot', async () => {
      const tidegate = await api();
      const web = tidegate.rows('environments')[0]?.children.find(({ label }) => label === 'web');
      const green = web?.children.find(({ label }) => label === 'green');
      assert.ok(green, 'there is a row of the slot');
      assert.ok(green.kinds.includes('returnable'), green.kinds.join());
      await run(commands.rollbackToThis, green.id);
      assert.deepEqual(
        agent.asksFor('rollback').map(({ params }) => params),
        [at('dev', { tag: 'v1.0.0' })],
      );
    });

    it('toggles a flag and takes it back by Undo', async () => {
      dialogs.press = (text, buttons) =>
        text.includes('is on') ? buttons.find((one) => one === 'Undo') : undefined;
      await run(commands.toggleFlag, at('dev', { flag: 'free-delivery' }));
      await until('it is taken back', () => agent.asksFor('flags.set').length === 2);
      assert.deepEqual(
        agent.asksFor('flags.set').map(({ params }) => params['on']),
        [true, false],
      );
    });

    it('takes an open environment down only after a yes', async () => {
      dialogs.press = yes('Take Down');
      await run(commands.takeDown, at('dev'));
      assert.deepEqual(
        agent.asksFor('down').map(({ params }) => params),
        [at('dev', { volumes: false, confirmed: true })],
      );
    });

    it('refuses an argument it does not know, instead of asking less', async () => {
      for (const odd of [[at('dev')], 7, { environment: ['dev'] }, { everything: 'yes' }])
        await run(commands.rollback, odd);
      assert.deepEqual(agent.asksFor('rollback'), []);
      assert.equal(dialogs.said.length, 4);
      assert.match(dialogs.said[0]?.text ?? '', /takes \{ folder, environment/);
    });

    it('waits for no message box: a command ends while its message stands', async () => {
      dialogs.press = () => undefined;
      const never = new Promise<undefined>(() => undefined);
      Object.assign(vscode.window, { showInformationMessage: () => never });
      assert.ok(await run(commands.deploy, at('dev', { tag: 'v1.2.0' })), 'there is a result');
    });

    it('takes a cancelled rollout back by cancelling the request', async () => {
      let cancelled = false;
      const { deploy } = agent.answers;
      agent.answers.deploy = (_params, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            cancelled = true;
            reject(new Error('cancelled'));
          });
        });
      const { withProgress } = vscode.window;
      Object.assign(vscode.window, {
        withProgress: (
          _options: unknown,
          task: (progress: object, token: vscode.CancellationToken) => unknown,
        ) => {
          const source = new vscode.CancellationTokenSource();
          setTimeout(() => source.cancel(), 50);
          return task({ report: () => undefined }, source.token);
        },
      });
      await run(commands.deploy, at('dev', { tag: 'v1.2.0' }));
      Object.assign(vscode.window, { withProgress });
      agent.answers.deploy = deploy as NonNullable<typeof deploy>;
      assert.equal(cancelled, true);
    });

    it('puts what a report needs on the clipboard, and nothing secret', async () => {
      agent.answers.doctor = () => ({
        checks: [
          { check: 'git', environment: null, state: 'ok', detail: '2.43', fix: null },
          { check: 'disk', environment: 'dev', state: 'warn', detail: '1 GB left', fix: null },
        ],
      });
      const text = (await run(commands.copyDiagnostics)) as string;
      const said = JSON.parse(text) as {
        readonly agent: { readonly kind: string };
        readonly projects: readonly { readonly environments: readonly unknown[]; readonly doctor: unknown }[];
      };
      assert.equal(said.agent.kind, 'connected');
      const [shop] = said.projects;
      assert.deepEqual(shop?.doctor, ['machine git ok', 'dev disk warn 1 GB left']);
      assert.deepEqual(shop.environments[0], {
        ...{ environment: 'dev', protected: false, state: 'ready', problem: null, edges: ['n1 current'] },
        services: [
          {
            'service web': [
              'blue active v1.1.0 100 % 2/2 answers 200',
              'green warm v1.0.0 0 % 2/2 answers -',
            ],
          },
        ],
        ...{ maintenance: false, backing: [], flags: 1, flagsProblem: null },
      });
      assert.equal(await vscode.env.clipboard.readText(), text);
      assert.doesNotMatch(text, /token|PATH/);
    });
  });
}
