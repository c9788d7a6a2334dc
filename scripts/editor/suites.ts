/**
 * The tests of the extension in a real VS Code: first inside its extension host, against an agent that answers as it is
 * told; then the packaged extension in a browser, against a real agent, a real Swarm and the sample shop.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../agent/common/errors.ts';
import type { Counts } from '../testing/counts.ts';
import { runMocha } from '../testing/suites.ts';
import { bundleSuite } from './bundle-suite.ts';
import { runInHost } from './in-host.ts';
import { packageExtension } from './package.ts';
import { editorFolder, type Editor } from './place.ts';
import { startEditor } from './server.ts';

export const editorSuites = ['test/extension, inside the extension host', 'test/ui, in a browser'] as const;

export interface EditorRun {
  /** The checkout of Tidegate; its bundles must be built. */
  readonly root: string;
  readonly editor: Editor;
  readonly say: (line: string) => void;
}

/** A suite of the extension host that takes longer hangs. */
const inHostMs = 180_000;

export async function inHostTests({ root, editor, say }: EditorRun): Promise<Counts> {
  const suite = await bundleSuite(root);
  const workspace = await mkdtemp(path.join(tmpdir(), 'tidegate-workspace-'));
  await writeFile(path.join(workspace, 'tidegate.yaml'), 'version: 1\nproject: shop\n');
  const running = await startEditor({ editor, workspace, testDriver: true });
  try {
    const pictures = path.join(editorFolder(root), 'pictures');
    return await runInHost({ editor, running, extension: root, suite, timeoutMs: inHostMs, pictures, say });
  } finally {
    await running.stop();
    await rm(workspace, { recursive: true, force: true });
  }
}

/** `env`: for the tests; without the engine's they look for one. */
export async function uiTests(
  { root, say }: EditorRun,
  env: Readonly<Record<string, string>>,
): Promise<Counts> {
  try {
    const vsix = await packageExtension(path.join(editorFolder(root), 'tidegate.vsix'));
    return await runMocha({ folders: ['ui'], timeoutMs: 120_000, env: { ...env, TIDEGATE_VSIX: vsix } });
  } catch (error) {
    say(`The extension cannot be packaged: ${messageOf(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** What is left out counts, one for each suite, and is named. */
export function leftOut(why: string, say: (line: string) => void): Counts {
  for (const suite of editorSuites) say(`  - ${suite}: left out. ${why}`);
  return { passed: 0, failed: 0, skipped: editorSuites.length };
}
