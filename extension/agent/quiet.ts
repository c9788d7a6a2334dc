import type { AgentApi, Call, Method, Params, Results } from '../../agent/protocol/methods.ts';

/** Asks for something whose events nobody needs. */
export function ask<M extends Method>(
  agent: AgentApi,
  method: M,
  params: Params<M>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Results[M]> {
  const call: Call = { signal, onEvent: () => undefined };
  return agent.request(method, params, call);
}
