import type { AgentEvent } from '../../protocol/methods.ts';
import { cleanLine, cleanText } from '../terminal.ts';
import type { Progress, Sink } from './progress.ts';

/** One line an event, without times, colours or cursor moves: equal runs give equal text. */
export function plainProgress(sink: Sink): Progress {
  let last = '';
  return {
    show: (event) => {
      const line = lineOf(event);
      // A driver reports its phase again when it only looked; lines of programs repeat for a reason.
      if (event.kind === 'phase' && line === last) return;
      if (event.kind === 'phase') last = line;
      sink.write(`${line}\n`);
    },
    say: (text) => sink.write(`${text}\n`),
    stop: () => undefined,
  };
}

function lineOf(event: AgentEvent): string {
  switch (event.kind) {
    case 'note':
      return event.level === 'warning' ? `warning: ${cleanText(event.text)}` : cleanText(event.text);
    case 'phase':
      return event.detail === '' ? event.phase : `${event.phase}: ${cleanText(event.detail)}`;
    case 'suite':
      return cleanText(event.text);
    case 'line':
      return `${event.source} | ${cleanLine(event.text)}`;
  }
}
