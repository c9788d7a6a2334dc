import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** How a program ended: with its code, or because it could not be started. */
export type ProgramEnd =
  | {
      readonly kind: 'ended';
      readonly code: number | null;
      readonly stderr: string;
      readonly answered: boolean;
    }
  | { readonly kind: 'not-started'; readonly error: Error };

const keptWords = 4_000;

/**
 * A program's input and output as the socket of an HTTP client. It ends as the program ends; when that was not well, it
 * is destroyed with what `explain` makes of it.
 */
export class ProgramStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(child: ChildProcessWithoutNullStreams, explain: (end: ProgramEnd) => Error) {
    super({ allowHalfOpen: false });
    this.#child = child;
    let stderr = '';
    let answered = false;
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-keptWords)));
    child.stdout.on('data', (chunk: Buffer) => {
      answered = true;
      if (!this.push(chunk)) child.stdout.pause();
    });
    // What a broken pipe means is told by how the program ends.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => this.destroy(explain({ kind: 'not-started', error })));
    child.once('close', (code) => {
      if (code === 0) this.push(null);
      else this.destroy(explain({ kind: 'ended', code, stderr, answered }));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, (error) => {
      if (!error) done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.stdin.destroy();
    this.#child.kill();
    done(error);
  }

  /** What an HTTP client asks of a socket; a program needs none of it. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  /** An idle connection does not keep the process alive. */
  unref(): this {
    for (const handle of this.#handles()) handle.unref();
    return this;
  }

  ref(): this {
    for (const handle of this.#handles()) handle.ref();
    return this;
  }

  /** Pipes of a child are sockets, which their types do not say. */
  #handles(): readonly { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#child;
    return [this.#child, ...([stdin, stdout, stderr] as unknown[] as Socket[])];
  }
}
