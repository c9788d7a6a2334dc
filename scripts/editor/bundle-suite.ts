/** The suite that runs inside the editor, as one CommonJS file: an extension host knows no TypeScript. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { editorFolder } from './place.ts';

/** Inside the extension's own folder: the editor gives `vscode` to what lies there. */
export async function bundleSuite(root: string, entry = 'test/extension/index.ts'): Promise<string> {
  const folder = path.join(editorFolder(root), 'in-host');
  await mkdir(folder, { recursive: true });
  const outfile = path.join(folder, `${entry.replaceAll('/', '-').replace(/\.ts$/, '')}.cjs`);
  await build({
    entryPoints: [path.join(root, entry)],
    ...{ outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' },
    ...{ sourcemap: 'inline', external: ['vscode', 'mocha', 'bufferutil', 'utf-8-validate'] },
  });
  return outfile;
}
