import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Assets {
  /** Control's program, which goes into the cluster as a Swarm config. */
  readonly controlBundle: string;
  /** The Lua task that runs inside the edge. */
  readonly edgeLua: string;
}

/**
 * Paths of what the agent brings into a cluster. Beside the bundle when that runs; where the sources run
 * (tests), control's bundle is the last one that was built. `here`: the folder of the program.
 */
export function findAssets(here: string): Assets {
  const beside = path.join(here, 'control.cjs');
  if (existsSync(beside)) return { controlBundle: beside, edgeLua: path.join(here, 'edge.lua') };
  const root = path.resolve(here, '../..');
  return {
    controlBundle: path.join(root, 'dist/control.cjs'),
    edgeLua: path.join(root, 'agent/edge/edge.lua'),
  };
}
