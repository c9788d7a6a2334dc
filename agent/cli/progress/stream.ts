import type { AgentEvent } from '../../protocol/methods.ts';
import { cleanLine } from '../terminal.ts';
import type { Progress, Sink } from './progress.ts';

/** For `logs`: there the lines are not progress, they are what was asked for. The rest goes to `others`. */
export function logStream(sink: Sink, format: 'text' | 'json', others: Progress): Progress {
  const write = (event: Extract<AgentEvent, { kind: 'line' }>): void => {
    const { source, stream, text } = event;
    sink.write(
      `${format === 'json' ? JSON.stringify({ source, stream, text }) : `${source} | ${cleanLine(text)}`}\n`,
    );
  };
  return {
    show: (event) => (event.kind === 'line' ? write(event) : others.show(event)),
    say: (text) => others.say(text),
    stop: () => others.stop(),
  };
}
