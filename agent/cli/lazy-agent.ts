import type { AgentApi } from '../protocol/methods.ts';

/** The agent of this process. */
export interface OwnAgent extends AgentApi {
  /** Begins to load what is loaded late, so that the first request need not wait for that. */
  load?(): void;
}

/**
 * An agent that is loaded when it is first needed: its libraries (engine, git, YAML) cost several times what
 * starting, parsing a command line and answering `hello` do. A program that cannot be loaded is told by the
 * request that needed it.
 */
export function lazyAgent(load: () => Promise<AgentApi>): OwnAgent {
  let loading: Promise<AgentApi> | undefined;
  const loaded = (): Promise<AgentApi> => (loading ??= load());
  return {
    request: async (method, params, call) => (await loaded()).request(method, params, call),
    load: () => void loaded().catch(() => undefined),
  };
}
