import { LineSplitter, Tail, type BuildMessage, type Progress, type StepPlace } from './progress.ts';

/** The classic builder writes one log: `Step 3/7 : RUN npm ci`, then what the step says. */
export class ClassicProgress implements Progress {
  readonly #onLine: (line: string) => void;
  readonly #splitter = new LineSplitter();
  #step: { readonly step: string; readonly position: number; readonly tail: Tail } | undefined;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  take(message: BuildMessage): void {
    const text = message.stream ?? (message.error === undefined ? '' : '\n');
    for (const line of this.#splitter.split(text)) this.#line(line);
  }

  failedAt(): StepPlace | undefined {
    for (const line of this.#splitter.end()) this.#line(line);
    if (this.#step === undefined) return undefined;
    const { step, position, tail } = this.#step;
    return { step, position, stage: undefined, output: tail.lines };
  }

  #line(line: string): void {
    const [, position, step] = /^Step (\d+)\/\d+ : (.*)$/.exec(line) ?? [];
    if (position !== undefined && step !== undefined) {
      this.#step = { step, position: Number(position), tail: new Tail() };
      this.#onLine(line);
      return;
    }
    // ` ---> Running in 231446c83a9f`, `Removing intermediate container …`: the builder's own housekeeping.
    if (/^ ---> |^Removing intermediate container /.test(line)) return;
    this.#step?.tail.add(line);
    this.#onLine(line);
  }
}
