/** What the edges that run can do: they keep their configuration until somebody upgrades them. */
import { names } from '../common/names.ts';
import { edgePaths } from '../edge/wire.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import { edgeOutdated } from './failures.ts';

const traces = {
  'show a maintenance page': 'str(m/on)',
  'take certificates': ` crt-list ${edgePaths.certificates} `,
} as const;

/**
 * Throws `environment.outdated` where an edge of an earlier version, or set up without it, would acknowledge what it
 * does not do.
 */
export async function requireOfEdge(engine: ReleaseEngine, what: keyof typeof traces): Promise<void> {
  const { swarm, ledger } = engine;
  const edge = await swarm.services.get(names.edge(ledger.stack));
  const mounted = (edge?.spec.TaskTemplate.ContainerSpec['Configs'] ?? []) as readonly {
    readonly ConfigName: string;
    readonly File?: { readonly Name: string };
  }[];
  const name = mounted.find(({ File }) => File?.Name === edgePaths.config)?.ConfigName;
  const config = name === undefined ? undefined : await swarm.configs.get(name);
  // Without a service or its file there is nothing to be told; the wait for its edges says what is wrong.
  if (config && !Buffer.from(config.data).toString('utf8').includes(traces[what]))
    throw edgeOutdated(ledger.stack, what);
}
