/** What a build says while it runs, as lines for people; and which step it failed at. */

export interface StepPlace {
  /** Text of the instruction as the builder shows it: `RUN npm ci`. */
  readonly step: string;
  /**
   * BuildKit: name of the stage (`''`: the only one) and position in it; 0 for what is no step of
   * the file, like fetching a base image. Classic: position in the whole file.
   */
  readonly stage: string | undefined;
  readonly position: number;
  /** Last lines it wrote. */
  readonly output: readonly string[];
}

export interface Progress {
  /** One message of the engine's answer, whatever it is. */
  take(message: BuildMessage): void;
  /** Where the build failed; `undefined` when it was not in a step. */
  failedAt(): StepPlace | undefined;
}

/** A line of the engine's answer to `POST /build`. */
export interface BuildMessage {
  readonly id?: string | undefined;
  readonly aux?: unknown;
  /** Classic builder: text of the log, not always whole lines. */
  readonly stream?: string | undefined;
  /** Of a pull: `Downloading`. */
  readonly status?: string | undefined;
  readonly error?: string | undefined;
}

const keptLines = 20;

/** The end of a log. */
export class Tail {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }
}

/** Whole lines out of pieces of text; what colours and moves a terminal's cursor is taken out. */
export class LineSplitter {
  #rest = '';

  /** A carriage return ends a line too: progress bars repaint theirs. */
  split(text: string): string[] {
    const lines = (this.#rest + text).split(/\r*\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.map(plain).filter((line) => line !== '');
  }

  /** What has no line end yet. */
  end(): string[] {
    const rest = plain(this.#rest);
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

const escape = String.fromCharCode(27);
/** ECMA-48 control sequences and operating system commands. */
const sequences = new RegExp(
  `${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${escape}]*(?:\\u0007|${escape}\\\\)|.)`,
  'g',
);

function plain(text: string): string {
  return text
    .replace(sequences, '')
    .replace(/\p{Cc}/gu, (char) => (char === '\t' ? char : ''))
    .trimEnd();
}
