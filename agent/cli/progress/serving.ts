/** For `flags serve`: what is served, and then what becomes of it, goes where results go. */
import type { LocalOverride, ServingEvent } from '../../protocol/local-flags.ts';
import { variableLines } from '../report/local-flags.ts';
import { cleanText } from '../terminal.ts';
import type { Progress, Sink } from './progress.ts';

export function servingStream(sink: Sink, format: 'text' | 'json', others: Progress): Progress {
  let last: ServingEvent | undefined;
  const write = (event: ServingEvent): void => {
    const lines = format === 'json' ? [JSON.stringify(event)] : servingLines(event, last);
    last = event;
    sink.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    show: (event) => (event.kind === 'serving' ? write(event) : others.show(event)),
    say: (text) => others.say(text),
    stop: () => others.stop(),
  };
}

/** All of it at first; then what is another than before. */
export function servingLines(event: ServingEvent, before: ServingEvent | undefined): string[] {
  return before ? changed(event, before) : [...head(event), ...changed(event, undefined)];
}

function head(event: ServingEvent): string[] {
  const { environment, states, moved } = event;
  const switched = states === 'file' ? 'switched as the file says' : `switched as ${environment} is`;
  return [
    `${event.file} for ${environment}, ${switched}, on this machine until Ctrl-C:`,
    ...(moved ? ['(at another address than usual, where something else listens)'] : []),
    '',
    ...variableLines(event.variables),
    '',
  ];
}

function changed(event: ServingEvent, before: ServingEvent | undefined): string[] {
  const { file, flags, problems, overrides, statesProblem, environment } = event;
  const lines: string[] = [];
  const ofOverrides = overrideLines(overrides, before?.overrides ?? []);
  // An override tells for itself that something else is served.
  if (flags !== null && event.digest !== before?.digest && (!before || ofOverrides.length === 0))
    lines.push(`serves ${flags} ${flags === 1 ? 'flag' : 'flags'}${before ? ', not as before' : ''}`);
  if (JSON.stringify(problems) !== JSON.stringify(before?.problems ?? [])) {
    for (const one of problems)
      lines.push(cleanText(`${one.file}:${one.line}:${one.column} ${one.message} ${one.hint}`));
    if (problems.length === 0) lines.push(`${file} is right again`);
    else
      lines.push(
        flags === null
          ? 'nothing is served until that is right'
          : 'what was there before goes on being served',
      );
  }
  if (statesProblem !== (before?.statesProblem ?? null))
    lines.push(
      statesProblem === null
        ? `what is switched in ${environment} can be read again`
        : cleanText(`what is switched in ${environment} cannot be read: ${statesProblem}`),
    );
  return [...lines, ...ofOverrides];
}

function overrideLines(now: readonly LocalOverride[], before: readonly LocalOverride[]): string[] {
  const words = ({ flag, targetingKey, to }: LocalOverride): string =>
    cleanText(`${flag} ${to} for ${targetingKey ?? 'everybody'}`);
  const there = new Set(before.map((one) => JSON.stringify(one)));
  const left = new Set(now.map((one) => JSON.stringify([one.flag, one.targetingKey])));
  return [
    ...now
      .filter((one) => !there.has(JSON.stringify(one)))
      .map(
        (one) =>
          `overridden here: ${words(one)}${one.problem === null ? '' : `, without effect: ${one.problem}`}`,
      ),
    ...before
      .filter((one) => !left.has(JSON.stringify([one.flag, one.targetingKey])))
      .map((one) => `no longer overridden: ${words(one)}`),
  ];
}
