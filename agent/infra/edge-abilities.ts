/** What the edges that run can do: they keep their configuration until somebody upgrades them. */
import { names } from '../common/names.ts';
import { mountedConfigs } from '../edge/services.ts';
import { edgePaths, meshVariable } from '../edge/wire.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import { edgeOutdated } from './failures.ts';

const traces = {
  'show a maintenance page': { file: edgePaths.config, text: 'str(m/on)' },
  'take certificates': { file: edgePaths.config, text: ` crt-list ${edgePaths.certificates} ` },
  // The internal edge is made of the same parts.
  'have internal routes': { file: edgePaths.lua, text: meshVariable },
} as const;

/**
 * Throws `environment.outdated` where an edge of an earlier version, or set up without it, would acknowledge what it
 * does not do.
 */
export async function requireOfEdge(engine: ReleaseEngine, what: keyof typeof traces): Promise<void> {
  const { swarm, ledger } = engine;
  const edge = await swarm.services.get(names.edge(ledger.stack));
  const { file, text } = traces[what];
  const name = edge && mountedConfigs(edge.spec).find(({ target }) => target === file)?.name;
  const config = name === undefined ? undefined : await swarm.configs.get(name);
  // Without a service or its file there is nothing to be told; the wait for its edges says what is wrong.
  if (config && !Buffer.from(config.data).toString('utf8').includes(text))
    throw edgeOutdated(ledger.stack, what);
}
