/** The VS Code of this machine: the extension is installed into a place of its own, and the sample opened there. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../agent/common/errors.ts';
import { isInstalled, output } from '../command.ts';
import { quietSettings } from '../editor/server.ts';

export interface Opening {
  /** Settings and extensions of it alone. */
  readonly folder: string;
  readonly vsix: string;
  /** What is opened. */
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
}

const program = 'code';
/** Its windows refuse root otherwise. */
const asRoot = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** On Linux `code` may be there without a screen to show anything on. */
export async function hasDesktop(env: NodeJS.ProcessEnv): Promise<boolean> {
  const hasScreen = process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  return hasScreen && (await isInstalled(program));
}

/** What `code` is called with, one call after the other. Both end at once: the window is another process. */
export function desktopCalls({
  folder,
  vsix,
  workspace,
}: Omit<Opening, 'env'>): readonly (readonly string[])[] {
  const own = [
    ...['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')],
  ];
  return [
    [...own, '--install-extension', vsix, '--force'],
    [...own, ...asRoot, '--disable-workspace-trust', '--new-window', workspace],
  ];
}

/** Throws with what can be done instead. */
export async function openDesktop(opening: Opening): Promise<void> {
  const { folder, vsix, workspace, env } = opening;
  const settings = path.join(folder, 'user', 'User');
  await mkdir(settings, { recursive: true });
  await writeFile(path.join(settings, 'settings.json'), JSON.stringify(quietSettings));
  try {
    for (const call of desktopCalls(opening)) await output(program, call, { env, timeoutMs: 120_000 });
  } catch (error) {
    throw new Error(
      [
        `VS Code could not be opened: ${messageOf(error)}`,
        `The sample is ready all the same. In a VS Code that works, "Extensions: Install from VSIX…" takes ${vsix}; then open the folder ${workspace}${docker(env)}.`,
        `Or take "code" off the PATH: the browser build is opened then.`,
      ].join('\n'),
      { cause: error },
    );
  }
}

function docker({ DOCKER_HOST }: NodeJS.ProcessEnv): string {
  return DOCKER_HOST === undefined ? '' : `, started with DOCKER_HOST=${DOCKER_HOST}`;
}
