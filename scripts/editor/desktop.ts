/** `npm run test:desktop`: the suite of the extension host in a desktop VS Code; VSCODE_PATH: one that is there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { buildBundles } from '../testing/suites.ts';
import { bundleSuite } from './bundle-suite.ts';

const root = path.resolve(import.meta.dirname, '../..');
await buildBundles();
const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-desktop-'));
try {
  await writeFile(path.join(folder, 'tidegate.yaml'), 'version: 1\nproject: shop\n');
  const local = process.env['VSCODE_PATH'];
  process.exitCode = await runTests({
    ...(local === undefined ? { version: 'stable' } : { vscodeExecutablePath: local }),
    extensionDevelopmentPath: root,
    extensionTestsPath: await bundleSuite(root),
    launchArgs: [folder, '--disable-workspace-trust', '--user-data-dir', path.join(folder, 'user')],
    // Its own agent: not the one that the person who runs this works with.
    extensionTestsEnv: { XDG_RUNTIME_DIR: folder },
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
