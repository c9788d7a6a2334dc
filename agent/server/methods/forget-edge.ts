import { failure } from '../../common/errors.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

/** Declares the edge of a node gone for good: nobody waits for its word any more. */
export async function forgetEdge(agent: Agent, params: Params<'forgetEdge'>): Promise<Results['forgetEdge']> {
  const { engine } = await openPlace(agent, params.folder, params.environment);
  const nodes = await engine.swarm.nodes();
  const node = nodes.find(({ id, name }) => id === params.node || name === params.node);
  if (!node)
    throw failure('usage.invalid', {
      message: `The Swarm has no node ${params.node}.`,
      hint: `Its nodes: ${nodes.map(({ name }) => name).join(', ')}.`,
      data: { node: params.node },
    });
  const { value } = await engine.ledger.routes.change((routes) => ({
    ...routes,
    forgotten: { ...routes.forgotten, [node.id]: agent.identity.by },
  }));
  const name = (id: string): string => nodes.find((candidate) => candidate.id === id)?.name ?? id;
  return { node: node.name, forgotten: Object.keys(value.forgotten).map(name) };
}
