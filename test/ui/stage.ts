/** One editor, one agent and one browser for all suites of the window: starting them takes longer than most tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { endAgentOf } from '../../scripts/editor/agent.ts';
import { openBrowser } from '../../scripts/editor/browser.ts';
import { extensionFile } from '../../scripts/editor/package.ts';
import { editorFolder, ensureEditor } from '../../scripts/editor/place.ts';
import { startEditor, type RunningEditor } from '../../scripts/editor/server.ts';
import { testEngine } from '../support/engine.ts';
import { openEngineProxy, type EngineProxy } from '../support/engine-proxy.ts';
import { Workbench } from './workbench.ts';

const root = path.resolve(import.meta.dirname, '../..');
const say = (line: string): void => console.log(`      ${line}`);

export interface Stage {
  readonly editor: RunningEditor;
  /** What the editor's agent talks to; it can be cut. Whoever cuts it mends it. */
  readonly engine: EngineProxy;
  /** A window on this folder, as if nobody had ever opened one. */
  open(folder: string): Promise<Workbench>;
}

interface Opened extends Stage {
  readonly browser: Browser;
  readonly workspace: string;
}

let opened: Promise<Opened> | undefined;

export function uiStage(): Promise<Stage> {
  opened ??= raise();
  return opened;
}

/** Windows close with their suites, or they would go on looking at what is taken away behind them. */
after(async function () {
  this.timeout(60_000);
  if (opened === undefined) return;
  const { browser, editor, engine, workspace } = await opened;
  await browser.close();
  await endAgentOf(editor.runtime);
  await editor.stop();
  await engine.close();
  await rm(workspace, { recursive: true, force: true });
});

async function raise(): Promise<Opened> {
  const program = await ensureEditor({ root, consent: () => Promise.resolve(), say });
  const { host, images } = await testEngine();
  const engine = await openEngineProxy(host.replace('unix://', ''));
  const workspace = await mkdtemp(path.join(tmpdir(), 'tidegate-ui-'));
  const env = {
    ...{ PATH: process.env['PATH'], DOCKER_HOST: engine.host },
    // What init writes names public images, which no test can pull.
    ...{ TIDEGATE_EDGE_IMAGE: images.edge, TIDEGATE_CONTROL_IMAGE: images.control },
  };
  const [editor, browser] = await Promise.all([
    startEditor({ editor: program, workspace, vsix: await extensionFile(root), env }),
    openBrowser(program),
  ]);
  const pictures = path.join(editorFolder(root), 'pictures');
  return {
    ...{ editor, engine, browser, workspace },
    open: (folder) =>
      Workbench.open(browser, `http://${editor.authority}/?folder=${encodeURIComponent(folder)}`, pictures),
  };
}
