/** Folders of this user, in which programs of his find each other and what he said. */
import { homedir } from 'node:os';
import path from 'node:path';
import { discoveryFolder } from '../protocol/connection/folder.ts';

export interface OwnFolders {
  /** Of what runs: gone after a restart of the machine. */
  readonly runtime: string;
  /** Of what was said: kept. */
  readonly state: string;
}

/** Of the process, not of a session: clients with other environments have the same user. */
export function ownFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): OwnFolders {
  return { runtime: discoveryFolder(env), state: path.join(stateHome(env, platform), 'tidegate') };
}

/** https://specifications.freedesktop.org/basedir-spec: a path that is not absolute counts as not set. */
function stateHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const { XDG_STATE_HOME: named, LOCALAPPDATA: local } = env;
  if (named !== undefined && path.isAbsolute(named)) return named;
  const home = env['HOME'] ?? homedir();
  if (platform === 'win32') return local ?? path.join(home, 'AppData', 'Local');
  return platform === 'darwin'
    ? path.join(home, 'Library', 'Application Support')
    : path.join(home, '.local', 'state');
}
