import { elapsed } from '../duration.ts';
import { cleanLine, cleanText, type Style } from '../terminal.ts';
import type { AgentEvent } from '../../protocol/methods.ts';
import { isProgress } from '../../protocol/progress.ts';
import type { Progress, Sink } from './progress.ts';
import { watchLines } from './watch.ts';

export interface LiveOptions {
  readonly style: Style;
  /** Of the terminal, asked anew for each line: windows are resized. */
  readonly columns: () => number;
  /** Milliseconds that never jump. */
  readonly now: () => number;
  /** Calls back a few times a second until the returned function is called. */
  readonly every: (tick: () => void) => () => void;
}

interface Running {
  readonly phase: string;
  readonly since: number;
  readonly detail: string;
}

/**
 * Phases as lines with the time they took. The running phase stands in the last line and is rewritten in
 * place; everything that is finished scrolls up and stays.
 */
export function liveProgress(sink: Sink, options: LiveOptions): Progress {
  return new LiveProgress(sink, options);
}

const clearLine = '\r\u001b[K';

class LiveProgress implements Progress {
  readonly #sink: Sink;
  readonly #options: LiveOptions;
  readonly #stopTicking: () => void;
  #running: Running | undefined;
  #stopped = false;

  constructor(sink: Sink, options: LiveOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#stopTicking = options.every(() => this.#paint(''));
  }

  show(event: AgentEvent): void {
    if (event.kind === 'phase') this.#enter(event.phase, event.detail);
    else this.#paint(this.#staying(event));
  }

  say(text: string): void {
    this.#paint(this.#options.style.bold(text));
  }

  stop(): void {
    this.#stopTicking();
    this.#paint(this.#finished());
    this.#stopped = true;
  }

  #staying(event: Exclude<AgentEvent, { kind: 'phase' }>): string {
    const { style } = this.#options;
    if (event.kind === 'watch') return watchLines(event).join('\n');
    if (!isProgress(event) || event.kind === 'tests' || event.kind === 'problem') return '';
    if (event.kind === 'line') return style.dim(`    ${event.source} | ${cleanLine(event.text)}`);
    const text = cleanText(event.text);
    if (event.kind === 'suite') return event.outcome === 'passed' ? style.good(text) : style.bad(text);
    return event.level === 'warning' ? style.warn(`warning: ${text}`) : text;
  }

  #enter(phase: string, detail: string): void {
    const finished = this.#running?.phase === phase ? '' : this.#finished();
    this.#running = { phase, since: this.#running?.since ?? this.#options.now(), detail };
    this.#paint(finished);
  }

  /** The line that stays of the running phase; afterwards none is running. */
  #finished(): string {
    if (this.#running === undefined) return '';
    const line = `  ${this.#running.phase}  ${this.#options.style.dim(this.#took(this.#running))}`;
    this.#running = undefined;
    return line;
  }

  #took(running: Running): string {
    return elapsed(this.#options.now() - running.since);
  }

  /** Writes a line that stays (if any), then the running phase below it, in one go so that nothing flickers. */
  #paint(staying: string): void {
    if (this.#stopped) return;
    const above = staying === '' ? '' : `${staying}\n`;
    this.#sink.write(`${clearLine}${above}${this.#current()}`);
  }

  /** Cut to the width: a line that wraps cannot be cleared. */
  #current(): string {
    if (this.#running === undefined) return '';
    const { phase, detail } = this.#running;
    const text = `… ${phase} ${this.#took(this.#running)}${detail === '' ? '' : `  ${cleanText(detail).replaceAll('\n', ' ')}`}`;
    return Array.from(text)
      .slice(0, Math.max(1, this.#options.columns() - 1))
      .join('');
  }
}
