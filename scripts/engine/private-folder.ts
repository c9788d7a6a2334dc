/** Where a private engine keeps what is its own. */
import path from 'node:path';
import { sha256 } from '../../agent/common/canonical.ts';

export interface EngineFolder {
  /** Everything below it may be removed. */
  readonly folder: string;
  readonly data: string;
  readonly pidFile: string;
  readonly log: string;
  readonly resolvConf: string;
  /** What clients connect to. */
  readonly socket: string;
  /** In the environment of the engine's processes, so that they are known again when their engine was killed. */
  readonly mark: string;
}

/** Longest path a unix socket can have on Linux, without its closing zero byte. */
const longestSocketPath = 107;

/** `root`: the checkout. The same paths every time, so that a later run finds what an earlier one left. */
export function engineFolder(root: string): EngineFolder {
  const folder = path.join(root, '.tidegate', 'engine');
  const near = path.join(folder, 'docker.sock');
  const far = path.join('/var/lib', `tidegate-${sha256(folder).slice(0, 12)}`, 'docker.sock');
  return {
    folder,
    data: path.join(folder, 'data'),
    pidFile: path.join(folder, 'pid'),
    log: path.join(folder, 'log'),
    resolvConf: path.join(folder, 'resolv.conf'),
    socket: Buffer.byteLength(near) <= longestSocketPath ? near : far,
    mark: `TIDEGATE_ENGINE=${folder}`,
  };
}
