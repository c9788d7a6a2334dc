import type { AgentEvent } from '../../protocol/methods.ts';
import type { Progress, Sink } from './progress.ts';

/** Each event as one JSON object a line, as the agent sent it. */
export function jsonProgress(sink: Sink): Progress {
  const show = (event: AgentEvent): void => sink.write(`${JSON.stringify(event)}\n`);
  return {
    show,
    say: (text) => show({ kind: 'note', level: 'info', text }),
    stop: () => undefined,
  };
}
