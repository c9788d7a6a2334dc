/** `tidegate agent`: this process as a server. */
import { codeOf } from '../common/errors.ts';
import { serveStdio } from '../server/stdio.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import type { Host } from './host.ts';
import { watchInterrupts } from './interrupt.ts';
import { Output } from './output.ts';

/** Standard output belongs to the protocol: errors go to standard error, whatever was asked for. */
export async function serve(host: Host): Promise<ExitCode> {
  const stop = new AbortController();
  const { stdin: input, stdout, version, pid } = host;
  const agent = host.agent({ shared: false });
  const unwatch = watchInterrupts(host.signals, 'status', {
    cancel: () => stop.abort(),
    say: () => undefined,
    leave: () => host.leave(exitCodes.cancelled),
  });
  try {
    await serveStdio(agent, {
      input,
      output: stdout,
      version,
      pid,
      signal: stop.signal,
      onHello: () => agent.load?.(),
    });
    return exitCodes.done;
  } catch (error) {
    new Output(host, { json: false, yes: false }).error(error);
    return exitCodeOf({ kind: 'error', code: codeOf(error) }, { interrupted: false });
  } finally {
    unwatch();
  }
}
