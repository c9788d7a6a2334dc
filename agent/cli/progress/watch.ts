/** For `watch`: its events are what was asked for, and go where results go. */
import type { AgentEvent, EnvironmentStatus, ProgressEvent } from '../../protocol/methods.ts';
import type { RolloutProgress, WatchEvent, WatchUpdate } from '../../protocol/watch.ts';
import { releaseName } from '../report/release-name.ts';
import { cleanLine, cleanText } from '../terminal.ts';
import type { Progress, Sink } from './progress.ts';

export function watchStream(sink: Sink, format: 'text' | 'json', others: Progress): Progress {
  const write = (event: WatchEvent): void => {
    const lines = format === 'json' ? [JSON.stringify(event)] : watchLines(event);
    sink.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    show: (event: AgentEvent) => (event.kind === 'watch' ? write(event) : others.show(event)),
    say: (text) => others.say(text),
    stop: () => others.stop(),
  };
}

export function watchLines({ updates }: WatchEvent): string[] {
  return updates.flatMap(linesOf);
}

function linesOf(update: WatchUpdate): string[] {
  switch (update.type) {
    case 'snapshot':
      return [
        ...(update.because === 'again'
          ? ['what happened meanwhile is not known any more; as it is now:']
          : []),
        ...statusLines(update.status),
        ...update.rollouts.flatMap(({ progress, events, dropped }) => [
          ...(progress === null ? [] : [progressLine(progress)]),
          ...(dropped === 0 ? [] : [`  (${dropped} older lines are not kept)`]),
          ...events.flatMap(eventLines),
        ]),
      ];
    case 'status':
      return statusLines(update.status);
    case 'rollout':
      return [progressLine(update.progress)];
    case 'event':
      return eventLines(update.event);
  }
}

function statusLines({ environment, state, problem, services }: EnvironmentStatus): string[] {
  const slots = services.map(({ service, slots }) => {
    const parts = slots
      .filter(({ state }) => state !== 'empty')
      .map(({ colour, state, release, share }) => `${colour} ${state} ${releaseName(release)} ${share} %`);
    return `${service}: ${parts.join(', ')}`;
  });
  return [
    [`${environment} ${state}`, ...slots].join('; '),
    ...(problem === null ? [] : [`  ${cleanText(problem)}`]),
  ];
}

function progressLine({ kind, ref, by, phase, reason, trail }: RolloutProgress): string {
  const before = trail.map((step) => step.phase).slice(0, -1);
  const way = before.length === 0 ? '' : ` (after ${before.join(', ')})`;
  return `${kind} of ${ref} by ${by}: ${phase}${reason === null ? '' : ` (${reason})`}${way}`;
}

/** One line an event, without times, colours or cursor moves; none for what is there for machines. */
export function eventLines(event: ProgressEvent): string[] {
  return event.kind === 'tests' || event.kind === 'problem' ? [] : [eventLine(event)];
}

function eventLine(event: Exclude<ProgressEvent, { kind: 'tests' | 'problem' }>): string {
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
