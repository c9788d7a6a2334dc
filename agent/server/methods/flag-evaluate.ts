/** Who gets it: flags for a context, as the environment has them now. */
import { unknownFlag } from '../../flags/failures.ts';
import { evaluateFor } from '../../flags/explain.ts';
import type { Context } from '../../flags/evaluate.ts';
import { flagSources } from '../../flags/document.ts';
import type { FlagEvaluateResult } from '../../protocol/flag-methods.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { openPlace } from '../place.ts';

export async function evaluateFlags(
  agent: Agent,
  { folder, environment: name, key, context }: Params<'flags.evaluate'>,
): Promise<FlagEvaluateResult> {
  const { engine, environment } = await openPlace(agent, folder, name);
  const { flags, definitions } = await readEnvironmentFlags(engine.ledger);
  const sources = flagSources(definitions, flags.states);
  if (key !== null && !sources.has(key)) throw unknownFlag(key, [...sources.keys()], environment.name);
  const wanted = [...sources.values()].filter(({ model }) => key === null || model.key === key);
  return {
    environment: environment.name,
    stack: engine.ledger.stack,
    evaluations: wanted.map((flag) => evaluateFor(flag, (needed) => sources.get(needed), context as Context)),
  };
}
