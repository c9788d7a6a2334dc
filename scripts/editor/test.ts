/**
 * `npm run test:editor`: the extension in a real VS Code. First inside its extension host, against an agent that answers
 * as it is told; then the packaged extension in a browser, against a real agent, a real Swarm and the sample shop
 * (`--in-host` or `--ui`: only one of them).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../agent/common/errors.ts';
import { consentFrom } from '../consent.ts';
import { closingLine, sum, type Counts } from '../testing/counts.ts';
import { buildBundles, runMocha } from '../testing/suites.ts';
import { bundleSuite } from './bundle-suite.ts';
import { runInHost } from './in-host.ts';
import { ensureEditor, type Editor } from './place.ts';
import { startEditor } from './server.ts';

const root = path.resolve(import.meta.dirname, '../..');
const say = (line: string): void => console.log(line);

const { values } = parseArgs({
  options: { 'in-host': { type: 'boolean' }, ui: { type: 'boolean' }, yes: { type: 'boolean', short: 'y' } },
});
const terminal = { input: process.stdin, output: process.stdout, env: process.env };

try {
  const consent = consentFrom(terminal, { yes: values.yes === true });
  const editor = await ensureEditor({ root, consent, say });
  await buildBundles();
  const counts = sum([
    ...(values.ui === true ? [] : [await inHost(editor)]),
    ...(values['in-host'] === true ? [] : [await runMocha({ folders: ['ui'], timeoutMs: 120_000, env: {} })]),
  ]);
  say(closingLine(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function inHost(editor: Editor): Promise<Counts> {
  const suite = await bundleSuite(root);
  const workspace = await mkdtemp(path.join(tmpdir(), 'tidegate-workspace-'));
  await writeFile(path.join(workspace, 'tidegate.yaml'), 'version: 1\nproject: shop\n');
  const running = await startEditor({ editor, workspace, testDriver: true });
  try {
    return await runInHost({ editor, running, extension: root, suite, timeoutMs: 120_000, say });
  } finally {
    await running.stop();
    await rm(workspace, { recursive: true, force: true });
  }
}
