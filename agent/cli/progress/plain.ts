import { isProgress } from '../../protocol/progress.ts';
import type { Progress, Sink } from './progress.ts';
import { eventLines, watchLines } from './watch.ts';

/** One line an event, without times, colours or cursor moves: equal runs give equal text. */
export function plainProgress(sink: Sink): Progress {
  let last = '';
  return {
    show: (event) => {
      if (event.kind !== 'watch' && !isProgress(event)) return;
      const lines = event.kind === 'watch' ? watchLines(event) : eventLines(event);
      const line = lines.join('\n');
      // A driver reports its phase again when it only looked; lines of programs repeat for a reason.
      if (event.kind === 'phase' && line === last) return;
      if (event.kind === 'phase') last = line;
      if (lines.length > 0) sink.write(`${line}\n`);
    },
    say: (text) => sink.write(`${text}\n`),
    stop: () => undefined,
  };
}
