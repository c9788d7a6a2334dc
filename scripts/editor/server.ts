/** A throw-away editor: its own settings, extensions, home and port, gone with its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { output } from '../command.ts';
import type { Editor } from './place.ts';

export interface Starting {
  readonly editor: Pick<Editor, 'node' | 'entry'>;
  /** What is opened. */
  readonly workspace: string;
  /** Installed first. */
  readonly vsix?: string;
  /** Lets tests run inside its extension host; it shows no notifications then. */
  readonly testDriver?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What is asked for before it is shown to anybody; nothing without one. */
  readonly password?: string;
}

export interface RunningEditor {
  /** `127.0.0.1:40123`. */
  readonly authority: string;
  readonly workspace: string;
  /** Its XDG_RUNTIME_DIR: where its agent says how to reach it. */
  readonly runtime: string;
  /** What it wrote. */
  readonly log: string;
  /** The settings of windows that are opened from now on, on top of `quietSettings`. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  stop(): Promise<void>;
}

/** Everything that would cover what is tested, or ask a network for something. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'update.mode': 'none',
  // It would offer each port that anything on this machine opens.
  'remote.autoForwardPorts': false,
  'workbench.enableExperiments': false,
  'workbench.editor.useModal': 'off',
  'workbench.colorTheme': 'Default Dark Modern',
  'git.openRepositoryInParentFolders': 'never',
  'window.dialogStyle': 'custom',
  'security.workspace.trust.enabled': false,
};

export async function startEditor(starting: Starting): Promise<RunningEditor> {
  const { editor, workspace, vsix, testDriver = false, env = {}, settings = {}, password } = starting;
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-editor-'));
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['user/User', 'extensions', 'home', 'tmp', 'config', 'data', 'cache'])
    await mkdir(at(name), { recursive: true });
  await mkdir(at('runtime'), { mode: 0o700 });
  const configure = (own: Readonly<Record<string, unknown>>): Promise<void> =>
    writeFile(at('user/User/settings.json'), JSON.stringify({ ...quietSettings, ...own }));
  await configure(settings);
  const own = { ...homeOf(folder), ...env, ...(password !== undefined && { PASSWORD: password }) };
  const base = [
    ...[editor.entry, '--config', '/dev/null'],
    ...['--user-data-dir', at('user'), '--extensions-dir', at('extensions')],
  ];
  if (vsix !== undefined) await output(editor.node, [...base, '--install-extension', vsix], { env: own });
  const serving = [
    ...['--auth', password === undefined ? 'none' : 'password', '--bind-addr', '127.0.0.1:0'],
    ...['--disable-telemetry', '--disable-update-check'],
    ...['--disable-getting-started-override', '--reconnection-grace-time', '1'],
    ...(testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
  const child = spawn(editor.node, [...base, ...serving, workspace], {
    detached: true,
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = at('server.log');
  return {
    authority: await listening(child, log),
    workspace,
    runtime: at('runtime'),
    log,
    configure,
    stop: async () => {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing of the person who runs the tests is read or written. */
function homeOf(folder: string): NodeJS.ProcessEnv {
  const at = (name: string): string => path.join(folder, name);
  return {
    ...{ HOME: at('home'), TMPDIR: at('tmp'), XDG_RUNTIME_DIR: at('runtime') },
    ...{ XDG_CONFIG_HOME: at('config'), XDG_DATA_HOME: at('data'), XDG_CACHE_HOME: at('cache') },
  };
}

interface Talking {
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  once(event: 'exit', listener: (code: number | null) => void): unknown;
}

function listening(child: Talking, log: string): Promise<string> {
  const file = createWriteStream(log);
  child.stderr.pipe(file, { end: false });
  child.stdout.pipe(file, { end: false });
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const authority = /listening on http:\/\/(127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (authority !== undefined) resolve(authority);
    });
    child.once('exit', (code) => reject(new Error(`The editor ended with ${String(code)}: ${said}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid } = child;
  process.kill(-pid, 'SIGTERM');
  const impatient = setTimeout(() => process.kill(-pid, 'SIGKILL'), 4_000);
  await exited;
  clearTimeout(impatient);
}
