// Bundles the programs of the project into dist/: the agent with its CLI, and control (which runs inside the
// Swarm). Everything they read at run time is placed beside them.
import { build } from 'esbuild';
import { chmod, cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'dist');

/** Replaces a module by an empty one: what dockerode can do and Tidegate does not use. */
const stub = (filter) => ({
  name: `stub ${String(filter)}`,
  setup(b) {
    b.onResolve({ filter }, (args) => ({ path: args.path, namespace: `stub-${String(filter)}` }));
    b.onLoad({ filter: /.*/, namespace: `stub-${String(filter)}` }, () => ({
      contents: 'module.exports = {};',
    }));
  },
});

// dockerode's own ssh, its BuildKit session and progress: gRPC and protobuf would be a third of the bundle, and half
// of the time it takes to start.
const unused = [stub(/^ssh2$/), stub(/^cpu-features$/), stub(/^\.\/(buildkit|session)$/)];

/**
 * The editor's API is CommonJS: esbuild would copy all of it for each file that imports it, which takes longer than all the
 * rest of the extension's start. Here each name that is used is read once.
 */
const vscodeOnce = {
  name: 'vscode once',
  setup(b) {
    b.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'vscode-once'
        ? { path: 'vscode', external: true }
        : { path: 'vscode', namespace: 'vscode-once' },
    );
    b.onLoad({ filter: /.*/, namespace: 'vscode-once' }, async () => {
      const types = await readFile(path.join(root, 'node_modules/@types/vscode/index.d.ts'), 'utf8');
      const values = /^(?:\t| {4})export (?:class|enum|namespace|const|let|function) (\w+)/gm;
      const names = new Set([...types.matchAll(values)].map(([, name]) => name));
      const read = (name) => `export const ${name} = /* @__PURE__ */ (() => api.${name})();`;
      return { contents: [`const api = require('vscode');`, ...[...names].map(read)].join('\n') };
    });
  },
};

// ESM output of CommonJS dependencies needs these three names (esbuild does not define them).
const banner = {
  js: [
    "import { createRequire as __createRequire } from 'node:module';",
    "import { fileURLToPath as __fileURLToPath } from 'node:url';",
    'const require = __createRequire(import.meta.url);',
    "const __filename = __fileURLToPath(import.meta.url); const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
  ].join('\n'),
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
};

const bundleControl = (outfile) =>
  build({
    ...common,
    entryPoints: [path.join(root, 'agent/cluster/main.ts')],
    outfile,
    format: 'cjs',
    plugins: unused,
  });

// In parts: what a command does not need is not read (the engine's, git's and YAML's libraries are most of it).
const bundleAgent = (outdir) =>
  build({
    ...common,
    entryPoints: { tidegate: path.join(root, 'agent/cli/main.ts') },
    outdir,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    format: 'esm',
    banner: { js: `#!/usr/bin/env node\n${banner.js}` },
    plugins: unused,
  });

// `--control FILE`, `--agent FOLDER`: only that, and nothing in dist/ is touched (tests run side by side).
const alone = { '--control': bundleControl, '--agent': bundleAgent }[process.argv[2]];
if (alone) {
  await alone(path.resolve(process.argv[3]));
  process.exit(0);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([
  bundleAgent(out),
  bundleControl(path.join(out, 'control.cjs')),
  // The editor loads CommonJS, and gives it `vscode`.
  build({
    ...common,
    entryPoints: { extension: path.join(root, 'extension/main.ts') },
    outdir: out,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [vscodeOnce],
  }),
  // Pages inside the editor: a script and a style sheet each.
  build({
    ...common,
    entryPoints: { dashboard: path.join(root, 'webview/dashboard/main.ts') },
    outdir: path.join(out, 'webview'),
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  }),
]);
// So that a link to it, called `tidegate` and in PATH, is the program.
await chmod(path.join(out, 'tidegate.js'), 0o755);
await cp(path.join(root, 'agent/edge/edge.lua'), path.join(out, 'edge.lua'));
