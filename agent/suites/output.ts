/**
 * What a suite writes, line by line, however much it is: the first lines are handed on as they come, of the rest only
 * the last are kept, and those in between are counted. A line without an end is cut.
 */
import { StringDecoder } from 'node:string_decoder';
import type { OutputChunk } from '../swarm/container-output.ts';

export interface OutputLimits {
  /** Lines that are handed on. */
  readonly lines: number;
  /** Characters of a line. */
  readonly line: number;
  /** Last lines that are kept. */
  readonly tail: number;
  /** Bytes after which it is a flood, and reading it would take longer than it is worth. */
  readonly bytes: number;
}

export const outputLimits: OutputLimits = { lines: 2_000, line: 1_000, tail: 30, bytes: 16 * 1024 * 1024 };

export type OnLine = (text: string, stream: OutputChunk['stream']) => void;

export class SuiteOutput {
  readonly #limits: OutputLimits;
  readonly #onLine: OnLine;
  readonly #streams: Readonly<Record<OutputChunk['stream'], Lines>>;
  readonly #tail: string[] = [];
  #count = 0;
  #bytes = 0;

  constructor(onLine: OnLine, limits: OutputLimits = outputLimits) {
    this.#onLine = onLine;
    this.#limits = limits;
    this.#streams = { stdout: new Lines(limits.line), stderr: new Lines(limits.line) };
  }

  /** `flood`: it is not worth reading on. */
  take({ stream, bytes }: OutputChunk): 'more' | 'flood' {
    this.#bytes += bytes.length;
    for (const line of this.#streams[stream].split(bytes)) this.#add(line, stream);
    return this.#bytes > this.#limits.bytes ? 'flood' : 'more';
  }

  /** Hands on what has no line end yet, and the last lines of what was left out. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const)
      for (const line of this.#streams[stream].end()) this.#add(line, stream);
    const over = this.#count - this.#limits.lines;
    if (over <= 0) return;
    const last = this.#tail.slice(-over);
    if (over > last.length) this.#onLine(`… ${over - last.length} lines left out`, 'stdout');
    for (const line of last) this.#onLine(line, 'stdout');
  }

  /** The last lines. */
  get tail(): readonly string[] {
    return [...this.#tail];
  }

  #add(line: string, stream: OutputChunk['stream']): void {
    this.#count++;
    this.#tail.push(line);
    if (this.#tail.length > this.#limits.tail) this.#tail.shift();
    if (this.#count <= this.#limits.lines) this.#onLine(line, stream);
    else if (this.#count === this.#limits.lines + 1)
      this.#onLine('… it goes on; only its last lines are shown at its end', 'stdout');
  }
}

/** Whole lines out of pieces of one stream. */
class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #longest: number;
  #rest = '';
  #isCut = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  *split(bytes: Uint8Array): Generator<string> {
    const parts = this.#decoder.write(Buffer.from(bytes)).split('\n');
    for (const [index, part] of parts.entries()) {
      if (!this.#isCut) this.#rest += part.slice(0, this.#longest + 1 - this.#rest.length);
      this.#isCut ||= this.#rest.length > this.#longest;
      if (index === parts.length - 1) return;
      yield this.#line();
    }
  }

  *end(): Generator<string> {
    this.#rest += this.#decoder.end();
    if (this.#rest !== '') yield this.#line();
  }

  #line(): string {
    const line = this.#isCut ? `${this.#rest.slice(0, this.#longest)}…` : this.#rest.replace(/\r$/, '');
    this.#rest = '';
    this.#isCut = false;
    return line;
  }
}
