/** Which agent does the work of a command: the one of this user that runs already, or one in this process. */
import { messageOf } from '../common/errors.ts';
import type { Clock } from '../common/clock.ts';
import type { AgentApi } from '../protocol/methods.ts';
import type { Discovered, Finding } from '../protocol/connection/discovery.ts';
import { sessionEnvironment } from '../protocol/connection/session-env.ts';
import { usage } from './failures.ts';
import type { RemoteAgent } from '../protocol/connection/remote.ts';

export interface Choosing {
  /** `TIDEGATE_AGENT` in it: `use` (default), `auto` (start one where there is none), `off`. */
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly build: string;
  readonly discover: () => Promise<Finding>;
  readonly connect: (agent: Discovered) => Promise<RemoteAgent>;
  /** Starts an agent that outlives this process. */
  readonly start: () => Promise<void>;
  readonly own: () => Promise<AgentApi>;
  readonly clock: Clock;
}

/** How long a start may take; after that the command does its work itself. */
const startMs = 5_000;

/** Whatever is wrong with another agent never keeps a command from its work: that is noted, and done here. */
export async function chooseAgent(choosing: Choosing): Promise<AgentApi> {
  const mode = choosing.env['TIDEGATE_AGENT'] ?? 'use';
  if (!['use', 'auto', 'off'].includes(mode))
    throw usage(`TIDEGATE_AGENT=${mode} means nothing.`, 'Write use (default), auto or off.');
  if (mode === 'off') return choosing.own();
  let found = await choosing.discover();
  if (found.state === 'none' && mode === 'auto') found = await started(choosing);
  switch (found.state) {
    case 'none':
      return mode === 'auto'
        ? noting(await choosing.own(), 'no agent could be started: this process does the work')
        : choosing.own();
    case 'unusable':
      return noting(await choosing.own(), `the running agent is not used: ${found.why}`);
    case 'running':
      return reached(choosing, found.agent);
  }
}

async function reached(choosing: Choosing, agent: Discovered): Promise<AgentApi> {
  const { version, build, env } = choosing;
  if (agent.version !== version || agent.build !== build) {
    const other = agent.version === version ? `another build of ${version}` : `version ${agent.version}`;
    const text = `the running agent (process ${agent.pid}) is not used: it is ${other}, this is ${version}. "kill ${agent.pid}" ends it when its rollouts have ended`;
    return noting(await choosing.own(), text);
  }
  try {
    const remote = await choosing.connect(agent);
    await remote.hello(sessionEnvironment(env));
    return remote;
  } catch (error) {
    return noting(await choosing.own(), `the running agent is not used: ${messageOf(error)}`);
  }
}

async function started({ start, discover, clock }: Choosing): Promise<Finding> {
  await start();
  const deadline = clock.monotonic() + startMs;
  for (;;) {
    const found = await discover();
    if (found.state !== 'none' || clock.monotonic() > deadline) return found;
    await clock.sleep(50);
  }
}

/** Said once, with the first request: then there is somebody to hear it. */
function noting(api: AgentApi, text: string): AgentApi {
  let said = false;
  return {
    request: (method, params, call) => {
      if (!said) call.onEvent({ kind: 'note', level: 'warning', text });
      said = true;
      return api.request(method, params, call);
    },
  };
}
