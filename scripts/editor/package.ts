/** `npm run package`: the VSIX, with the agent in it. Nothing of node_modules goes along: everything is bundled. */
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
  await createVSIX({
    cwd: root,
    packagePath: file,
    dependencies: false,
    // The page of the marketplace; README.md at the root is about the repository, and has pictures that must not be there.
    readmePath: 'extension/README.md',
    skipLicense: false,
    allowMissingRepository: true,
  });
  return file;
}

/** For tests: what this run has packaged already. */
export async function extensionFile(root: string): Promise<string> {
  return process.env['TIDEGATE_VSIX'] ?? packageExtension(path.join(editorFolder(root), 'tidegate.vsix'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildBundles();
  console.log(await packageExtension());
}
