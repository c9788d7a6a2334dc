import { once } from 'node:events';
import type { FlagsEnvironment, RunningControl } from './environment.ts';

/** Ends this control and every connection to it; gives back how to start the next one, at the same addresses. */
export async function killControl(
  env: FlagsEnvironment,
  { control, ports }: RunningControl,
): Promise<() => Promise<RunningControl>> {
  const closed = once(control.server, 'close');
  await control.stop();
  control.server.closeAllConnections();
  await closed;
  const gone = env.cluster.tasks.splice(0, env.cluster.tasks.length).length;
  return () => env.control(`next${gone}${Math.random().toString(36).slice(2)}`, undefined, ports);
}
