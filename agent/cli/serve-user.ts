/** `tidegate agent`: this process as the agent of its user, for any number of clients. */
import { codeOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { discoveryFolder } from '../protocol/connection/folder.ts';
import { runAgent } from '../server/run-agent.ts';
import { defaultLimits } from '../server/socket/serve-socket.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import type { Host, Screen } from './host.ts';
import { usage } from './failures.ts';
import { watchInterrupts } from './interrupt.ts';
import { Output } from './output.ts';

export async function serveUser(host: Host): Promise<ExitCode> {
  const stop = new AbortController();
  const unwatch = watchInterrupts(host.signals, 'status', {
    cancel: () => stop.abort(),
    say: () => undefined,
    leave: () => host.leave(exitCodes.cancelled),
  });
  try {
    const { version, build, pid, env } = host;
    const log = lineLog(host.stderr);
    const why = await runAgent({
      agents: await host.agents(log),
      folder: discoveryFolder(env),
      version,
      build,
      pid,
      limits: { ...defaultLimits, idleMs: idleOf(env) },
      log,
      signal: stop.signal,
      onListening: (port) => log.info({ version, pid, port }, 'the agent listens'),
    });
    log.info({}, why === 'idle' ? 'the agent ends: nobody has used it for a while' : 'the agent ends');
    return exitCodes.done;
  } catch (error) {
    new Output(host, { json: false, yes: false }).error(error);
    return exitCodeOf({ kind: 'error', code: codeOf(error) }, { interrupted: false });
  } finally {
    unwatch();
  }
}

function idleOf(env: NodeJS.ProcessEnv): number {
  const text = env['TIDEGATE_AGENT_IDLE_SECONDS'];
  if (text === undefined) return defaultLimits.idleMs;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw usage(
      `TIDEGATE_AGENT_IDLE_SECONDS=${text} is not a number of seconds.`,
      'Write a whole number from 1 on: 900.',
    );
  return Number(text) * 1000;
}

/** One JSON object a line. */
function lineLog(screen: Screen): Log {
  const write =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void screen.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`);
  return { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
}
