/** What rollouts report, as lines of the output channel with levels: of this window's calls, and of what others drive. */
import type { LogOutputChannel } from 'vscode';
import type { AgentEvent, ProgressEvent } from '../agent/protocol/methods.ts';
import type { About, Heard } from './hearing.ts';

type Log = Pick<LogOutputChannel, 'info' | 'warn' | 'error'>;

/** Rollouts of terminals, pipelines, other windows, and of this one before it was loaded again. */
export class RolloutLog implements Heard {
  readonly #output: Log;
  /** Their calls are written down as they report. */
  readonly #own = new Set<string>();
  /** By rollout: all of it is told again after a lost connection. */
  readonly #written = new Map<string, Set<string>>();

  constructor(output: Log) {
    this.#output = output;
  }

  readonly event: NonNullable<Heard['event']> = (_about, rollout) => {
    if (rollout !== undefined) this.#own.add(rollout);
  };

  /** Out of a watch. */
  watched({ environment }: About, rollout: string, event: ProgressEvent): void {
    // Lines of builds are whoever's who builds, and thousands.
    if (event.kind === 'line' || this.#own.has(rollout)) return;
    const written = this.#written.get(rollout) ?? new Set();
    this.#written.set(rollout, written);
    const mark = JSON.stringify(event);
    if (written.has(mark)) return;
    written.add(mark);
    writeEvent(prefixed(this.#output, environment), event);
  }
}

function prefixed(output: Log, environment: string): Log {
  return {
    info: (text) => output.info(`${environment}: ${text}`),
    warn: (text) => output.warn(`${environment}: ${text}`),
    error: (text) => output.error(`${environment}: ${String(text)}`),
  };
}

/** Writes it down; what is worth showing while it runs comes back. */
export function writeEvent(output: Log, event: AgentEvent): string | undefined {
  switch (event.kind) {
    case 'note':
      if (event.level === 'warning') output.warn(event.text);
      else output.info(event.text);
      return event.text;
    case 'phase':
      output.info(`${event.phase}${event.detail === '' ? '' : `: ${event.detail}`}`);
      return event.phase;
    case 'line':
      // Of whatever a build or a suite writes, and not judged: builders write all of it to stderr.
      output.info(`[${event.source}] ${event.text}`);
      return undefined;
    case 'suite':
      if (event.outcome === 'failed') output.error(event.text);
      else output.info(event.text);
      return event.text;
    case 'problem':
      output.error(`${event.file}:${event.line}:${event.column} ${event.message}`);
      return undefined;
    case 'tests':
      for (const { name, status, message } of event.tests)
        if (status === 'failed') output.error(`${event.suite}: ${name}: ${message}`);
      return undefined;
    case 'watch':
    case 'traffic':
    case 'local':
    case 'serving':
      return undefined;
  }
}
