/** `npm run package`: the VSIX, with the agent in it. Nothing of node_modules goes along: everything is bundled. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import metadata from '../../package.json' with { type: 'json' };
import { buildBundles } from '../testing/suites.ts';
import { editorFolder } from './place.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The path of the file. The bundles must be built. */
export async function packageExtension(
  file = path.join(root, `tidegate-${metadata.version}.vsix`),
): Promise<string> {
  await withoutHeavyFolders((cwd) =>
    createVSIX({
      cwd,
      packagePath: path.resolve(file),
      dependencies: false,
      // The page of the marketplace; README.md at the root is about the repository, and has pictures that must not be there.
      readmePath: 'extension/README.md',
      skipLicense: false,
      allowMissingRepository: true,
    }),
  );
  return file;
}

/**
 * Gives a copy of the checkout for vsce, without folders that never go along: it looks at every file there is before .vscodeignore
 * leaves any out, also at those of a private engine's containers, which takes longer than all the rest.
 */
export async function withoutHeavyFolders<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-package-'));
  try {
    const names = (await readdir(root)).filter((name) => !name.startsWith('.') && name !== 'node_modules');
    for (const name of ['.vscodeignore', ...names])
      await cp(path.join(root, name), path.join(folder, name), { recursive: true });
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** For tests: what this run has packaged already. */
export async function extensionFile(root: string): Promise<string> {
  return process.env['TIDEGATE_VSIX'] ?? packageExtension(path.join(editorFolder(root), 'tidegate.vsix'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildBundles();
  console.log(await packageExtension());
}
