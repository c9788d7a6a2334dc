/**
 * The modules of the sample shop that import packages of npm, each made one file with what it imports: the images of
 * the sample are built without a network, and a repository with its packages in it would be a hundred times as large.
 */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const folder = path.join('src', 'sdks');
const modules = ['ofrep', 'flagd', 'unleash'] as const;

/** What CommonJS packages in an ES module take for granted. */
const banner = [
  "// Made out of the sample's module of this name, with the packages of npm that it imports.",
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  "const __filename = __fileURLToPath(import.meta.url), __dirname = __fileURLToPath(new URL('.', import.meta.url));",
].join('\n');

export interface BundledSdk {
  /** In the shop's folder. */
  readonly file: string;
  readonly text: string;
}

const known = new Map<string, Promise<readonly BundledSdk[]>>();

/** Once a process: it takes some tenths of a second. Equal packages, equal texts. */
export function bundledSdks(shop: string): Promise<readonly BundledSdk[]> {
  const bundled = known.get(shop) ?? bundleSdks(shop);
  known.set(shop, bundled);
  return bundled;
}

async function bundleSdks(shop: string): Promise<readonly BundledSdk[]> {
  const { outputFiles } = await build({
    entryPoints: modules.map((name) => path.join(shop, folder, `${name}.js`)),
    outdir: path.join(shop, folder),
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: banner },
  });
  return outputFiles.map(({ path: file, text }) => ({ file: path.relative(shop, file), text }));
}

/** Into a copy of the shop, in the place of what they are made of. */
export async function writeSdks(target: string, sdks: readonly BundledSdk[]): Promise<void> {
  await rm(path.join(target, folder, 'openfeature.js'));
  for (const { file, text } of sdks) await writeFile(path.join(target, file), text);
}
