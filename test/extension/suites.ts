import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProgressEvent } from '../../agent/protocol/methods.ts';
import type { SuiteTest } from '../../agent/protocol/suite-test.ts';
import { commands } from '../../extension/ids.ts';
import { closeText, openText } from './editing.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, commit, Dialogs, folder, showViews, startAgent, until } from './stage.ts';

const text = `version: 1
project: shop
suites:
  unit: { stage: build, service: web }
  smoke: { stage: live, service: web }
`;

const test = (name: string, changes: Partial<SuiteTest> = {}): SuiteTest => ({
  ...{ name, file: null, line: null, status: 'passed', message: '', tookMs: 3 },
  ...changes,
});
const failing = test('adds', {
  status: 'failed',
  message: '1 is not 2',
  file: '/app/web/cart.test.js',
  line: 2,
});

function events(
  outcome: 'passed' | 'failed',
  tests: readonly SuiteTest[],
  tookMs = 9,
): readonly ProgressEvent[] {
  const failed = tests.filter(({ status }) => status === 'failed').length;
  return [
    { kind: 'line', source: 'suite unit', stream: 'stdout', text: 'running' },
    { kind: 'tests', suite: 'unit', stage: 'build', tests },
    {
      ...{
        kind: 'suite',
        suite: 'unit',
        stage: 'build',
        outcome,
        text: `unit ${outcome}`,
        tests: [],
        tookMs,
      },
      ...{ passed: tests.length - failed, failed, skipped: 0 },
    },
  ];
}

export function suiteTests(): void {
  describe('suites in the Test Explorer', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let controller: vscode.TestController;
    /** What was said of items in runs, and what runs wrote. */
    let told: string[];

    before(async () => {
      agent = await startAgent();
      const tidegate = await api();
      await showViews();
      await mkdir(path.join(folder(), 'web'));
      await writeFile(path.join(folder(), 'web/cart.test.js'), 'one\ntwo\n');
      await openText(text);
      await vscode.workspace.saveAll(false);
      controller = await until('there is a controller', () => tidegate.suites(folder()));
      await until('suites are known', () => controller.items.size === 2);
      const create = controller.createTestRun.bind(controller);
      controller.createTestRun = (...given) => recorded(create(...given));
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
      told = [];
    });
    afterEach(() => dialogs.restore());
    after(async () => {
      await closeText();
      await rm(path.join(folder(), 'web'), { recursive: true });
    });

    /** Says what the run is told, and tells it. */
    function recorded(run: vscode.TestRun): vscode.TestRun {
      const messageOf = ({ message, location }: vscode.TestMessage): string => {
        const where = location && `${path.basename(location.uri.fsPath)}:${location.range.start.line + 1}`;
        return `${message as string} at ${where ?? 'no place'}`;
      };
      const say: Readonly<Record<string, (...given: never[]) => string>> = {
        passed: (item: vscode.TestItem) => `passed ${item.label}`,
        skipped: (item: vscode.TestItem) => `skipped ${item.label}`,
        failed: (item: vscode.TestItem, message: vscode.TestMessage) =>
          `failed ${item.label}: ${messageOf(message)}`,
        errored: (item: vscode.TestItem, message: vscode.TestMessage) =>
          `errored ${item.label}: ${messageOf(message)}`,
        appendOutput: (output: string) => `output ${output.trimEnd()}`,
        end: () => 'end',
      };
      const plain = run as unknown as Record<string, (...given: never[]) => void>;
      for (const [name, words] of Object.entries(say)) {
        const tell = plain[name];
        plain[name] = (...given) => {
          told.push(words(...given));
          tell?.apply(run, given);
        };
      }
      return run;
    }

    const scripted = (outcome: 'passed' | 'failed', tests: readonly SuiteTest[]): void => {
      agent.answers.suite = ({ suite }, { onEvent }) => {
        for (const event of events(outcome, tests)) onEvent(event);
        return {
          ...{ outcome: outcome === 'passed' ? 'done' : 'failed', suite, stage: 'build', commit },
          ...{ release: null, message: `unit ${outcome}`, tests, tookMs: 9 },
        };
      };
    };

    it('are there with their stage, at their place in tidegate.yaml', () => {
      assert.deepEqual(
        [...controller.items].map(([id, { description, range }]) => [id, description, range?.start.line]),
        [
          ['unit', 'stage build', 3],
          ['smoke', 'stage live', 4],
        ],
      );
    });

    it('run by the command, with output, and failures at file and line', async () => {
      scripted('failed', [test('subtracts'), failing]);
      const target = { folder: folder(), environment: 'dev', suite: 'unit' };
      const result = await vscode.commands.executeCommand<{ outcome: string }>(commands.runSuite, target);
      assert.equal(result.outcome, 'failed');
      const asked = { folder: folder(), environment: 'dev', suite: 'unit', ref: null };
      assert.deepEqual(
        agent.asksFor('suite').map(({ params }) => params),
        [asked],
      );
      assert.deepEqual(told, [
        ...['output running', 'output unit failed', 'passed subtracts'],
        ...[
          'failed adds: 1 is not 2 at cart.test.js:2',
          'failed unit: unit failed at tidegate.yaml:4',
          'end',
        ],
      ]);
    });

    it('are published when a rollout runs them: once for each environment, however often it is told', async () => {
      const updates = [...events('passed', [test('adds')], 12), ...events('passed', [test('adds')], 12)].map(
        (event, index) => ({ type: 'event', sequence: 2 + index, rollout: 'r7', event }) as const,
      );
      await showViews();
      await until('both environments are watched', () => agent.asksFor('watch').length >= 2);
      agent.tell({ kind: 'watch', feed: 'f', updates });
      const ends = (): number => told.filter((line) => line === 'end').length;
      await until('it is told of both', () => ends() === 2);
      assert.equal(told.filter((line) => line === 'passed adds').length, 2, told.join());
      assert.equal(told.filter((line) => line === 'passed unit').length, 2, told.join());
    });

    it('run from the Test Explorer in the first environment that is not protected', async () => {
      scripted('passed', [test('adds')]);
      await vscode.commands.executeCommand('testing.runAll');
      await until('both are over', () => told.includes('end'));
      assert.deepEqual(
        agent
          .asksFor('suite')
          .map(({ params }) => `${String(params['suite'])} ${String(params['environment'])}`),
        ['unit dev', 'smoke dev'],
      );
    });

    it('can be cancelled', async () => {
      let cancelled = false;
      agent.answers.suite = (_params, { signal }) =>
        new Promise((_, reject) => {
          void vscode.commands.executeCommand('testing.cancelRun');
          signal.addEventListener('abort', () => {
            cancelled = true;
            reject(new Error('cancelled'));
          });
        });
      await vscode.commands.executeCommand(commands.runSuite, {
        ...{ folder: folder(), environment: 'dev', suite: 'unit' },
      });
      assert.ok(cancelled, 'the request was cancelled');
      assert.deepEqual(told, ['skipped unit', 'end']);
    });

    it('ask before they send requests to a protected environment', async () => {
      scripted('passed', []);
      const target = { folder: folder(), environment: 'production', suite: 'unit' };
      await vscode.commands.executeCommand(commands.runSuite, target);
      assert.deepEqual(agent.asksFor('suite'), []);
      assert.equal(dialogs.said[0]?.text, 'Run unit in production?');
    });
  });
}
