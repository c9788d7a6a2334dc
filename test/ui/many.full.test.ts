import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { largeAnswers } from '../../bench/editor/large.ts';
import { openBrowser } from '../../scripts/editor/browser.ts';
import { extensionFile } from '../../scripts/editor/package.ts';
import { editorFolder, ensureEditor } from '../../scripts/editor/place.ts';
import { startEditor, type RunningEditor } from '../../scripts/editor/server.ts';
import { ScriptedAgent, type Answers } from '../extension/scripted-agent.ts';
import { Workbench } from './workbench.ts';

const root = path.resolve(import.meta.dirname, '../..');
const pictures = path.join(editorFolder(root), 'pictures');
const commit = 'c'.repeat(40);
const ref = (name: string) => ({ ref: name, commit, subject: 's', at: '2026-03-01T10:00:00.000Z' });
const tags = Array.from({ length: 200 }, (_, index) => `v2.${199 - index}.0`);

/** Two projects, each with 60 services in 4 environments, and 200 tags. */
function answers(): Answers {
  return {
    ...largeAnswers('', 'v1.0.0'),
    project: ({ folder }) => ({
      ...{ project: path.basename(folder), folder },
      environments: ['dev', 'test', 'stage', 'production'].map((environment) => ({
        ...{ environment, stack: `large-${environment}`, protected: environment === 'production' },
        ...{ dockerContext: null, url: 'http://localhost:8080/' },
      })),
    }),
    refs: () => ({
      ...{ head: ref('HEAD'), tags: tags.map(ref), branches: [ref('main')], dirty: false },
      more: { tags: 0, branches: 0 },
    }),
    deploy: ({ ref: given, environment }) => ({
      ...{ outcome: 'done', reason: 'completed', message: `${given} is live in ${environment}` },
      ...{ rollout: 'r3', from: null, to: { number: 2, tag: given, commit }, services: [], tookMs: 1 },
      preview: null,
    }),
  };
}

describe('a workspace of two large projects', () => {
  let folder: string;
  let editor: RunningEditor;
  let browser: Browser;
  let agent: ScriptedAgent;
  let workbench: Workbench;
  let url: string;

  before(async function () {
    this.timeout(120_000);
    const program = await ensureEditor({ root, consent: () => Promise.resolve(), say: () => undefined });
    folder = await mkdtemp(path.join(tmpdir(), 'tidegate-many-'));
    for (const name of ['first', 'second']) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'tidegate.yaml'), `version: 1\nproject: ${name}\n`);
    }
    const workspace = path.join(folder, 'both.code-workspace');
    await writeFile(workspace, JSON.stringify({ folders: [{ path: 'first' }, { path: 'second' }] }));
    editor = await startEditor({ editor: program, workspace, vsix: await extensionFile(root) });
    const env = { XDG_RUNTIME_DIR: editor.runtime };
    agent = await ScriptedAgent.start(answers(), { program: path.join(root, 'dist/tidegate.js'), env });
    browser = await openBrowser(program);
    url = `http://${editor.authority}/?workspace=${encodeURIComponent(workspace)}`;
    workbench = await Workbench.open(browser, url, pictures);
    await workbench.showTidegate('first');
  });
  after(async () => {
    await browser.close();
    await editor.stop();
    await agent.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async function () {
    await workbench.tellIfFailed(this.currentTest);
  });

  it('shows both, each with its environments', async () => {
    await workbench.waitForRow(/dev.*v1\.0\.0/s);
    await workbench.waitForRow(/service-00.*2\/2 healthy/s);
    await workbench.picture('two projects');
    await workbench.page.keyboard.press('Escape');
    await workbench
      .row(/^first/)
      .locator('.monaco-tl-twistie')
      .click();
    await workbench.waitForRow(/^second/);
    await workbench.picture('two projects, one closed');
  });

  it('offers the newest of 200 tags first, finds an old one by typing, and deploys it where it is meant', async () => {
    await workbench.command('Deploy…');
    await workbench.quickRow(/dev.*second/s).click();
    await workbench.quickRow('v2.199.0').waitFor();
    await workbench.picture('200 tags');
    await workbench.page.keyboard.type('v2.3.0');
    await workbench.quickRow('v2.3.0').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.waitForToast('v2.3.0 is live in dev');
    assert.deepEqual(
      agent.asksFor('deploy').map(({ params }) => [params['folder'], params['ref']]),
      [[path.join(folder, 'second'), 'v2.3.0']],
    );
    await workbench.clearToasts();
  });

  it('speaks German where the editor does', async () => {
    const german = await Workbench.open(browser, url, pictures, { language: 'de' });
    await german.showTidegate('first');
    await german.waitForRow(/dev.*v1\.0\.0/s);
    await german.waitForRow(/green.*v0\.9\.0.*warm · 2\/2/s);
    await german.page.locator('.pane-header', { hasText: 'Umgebungen' }).first().waitFor();
    await german.command('Bereitstellen…');
    await german.quickRow(/production.*geschützt/s).waitFor();
    await german.picture('German');
    await german.page.keyboard.press('Escape');
    await german.command('Dashboard öffnen');
    await german.quickRow(/production.*first/s).click();
    await german.webview().locator('h2', { hasText: 'Anfragen pro Sekunde' }).waitFor();
    await german.picture('German dashboard');
    await german.openWalkthrough('Erste Schritte mit Tidegate');
    await german.document(/Docker, im Swarm-Modus/);
    await german.picture('German walkthrough');
  });
});
