import { unknownEnvironment } from '../../config/failures.ts';
import type { Environment } from '../../config/model.ts';
import { atServer } from '../../flags/sources/failures.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { usualPorts, variablesOf } from '../local/addresses.ts';
import { openAnnouncements } from '../local/announcements.ts';
import { openCheckout, projectOf } from '../place.ts';

/** Serves the working tree's flags on this machine until it is cancelled. Changes no environment, and writes to none. */
export async function serveFlags(
  agent: Agent,
  { folder, environment: name, states, port }: Params<'flags.serve'>,
  call: Call,
): Promise<Results['flags.serve']> {
  const checkout = await openCheckout(agent, folder);
  const environment = chosen(checkout.environments, name);
  const options = { checkout, environment, states, port };
  const { serving, leave } = await agent.servings.join(agent, options);
  try {
    const tell = (): void => call.onEvent(serving.now());
    const stop = serving.onChange(tell);
    tell();
    await new Promise<void>((resolve) => {
      if (call.signal.aborted) resolve();
      call.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    stop();
  } finally {
    await leave();
  }
  return { environment: environment.name };
}

/** Where it is served, by whichever process; else where it will be. */
export async function flagVariables(
  agent: Agent,
  { folder, environment: name }: Params<'flags.variables'>,
  call: Call,
): Promise<Results['flags.variables']> {
  const checkout = await openCheckout(agent, folder);
  const { name: environment } = chosen(checkout.environments, name);
  const project = projectOf(checkout);
  const all = await openAnnouncements(agent.folders.runtime, project).list();
  const served = all.find((one) => one.environment === environment);
  if (served) return { environment, served: true, variables: served.variables };
  const text = `nobody serves the flags of ${environment} on this machine now: "tidegate flags serve ${environment}" does`;
  call.onEvent({ kind: 'note', level: 'warning', text });
  return { environment, served: false, variables: variablesOf(usualPorts(project, environment)) };
}

function chosen(environments: readonly Environment[], name: string | null): Environment {
  // The file's flags are those of environments whose flags nobody else holds.
  const own = environments.find(({ flagServer }) => flagServer === undefined) ?? environments[0];
  const found = name === null ? own : environments.find((one) => one.name === name);
  if (!found)
    throw unknownEnvironment(
      name ?? '',
      environments.map((one) => one.name),
    );
  if (found.flagServer) throw atServer('"flags serve"', found.name, found.flagServer.url);
  return found;
}
