/**
 * Lines and counted bytes out of a stream of chunks, without copying what lies within one chunk. The `…Now`
 * methods give what is there already: waiting for each of thousands of small objects would cost more than
 * reading them.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next line without its end, if all of it has arrived. */
  lineNow(): string | undefined {
    const end = this.#rest.indexOf(0x0a);
    return end < 0 ? undefined : text(this.#take(end + 1).subarray(0, end));
  }

  /** Exactly `count` bytes, if they have arrived. */
  bytesNow(count: number): Uint8Array | undefined {
    return this.#rest.length < count ? undefined : this.#take(count);
  }

  /** The next line without its end; `undefined` at the end of the stream. Lines are short. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const line = this.lineNow();
      if (line !== undefined) return line;
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    }
  }

  /** Exactly `count` bytes; `undefined` when the stream ends before. */
  async bytes(count: number): Promise<Uint8Array | undefined> {
    const there = this.bytesNow(count);
    if (there !== undefined) return there;
    const whole = Buffer.allocUnsafe(count);
    whole.set(this.#rest);
    let filled = this.#rest.length;
    while (filled < count) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      const part = chunk.subarray(0, count - filled);
      whole.set(part, filled);
      filled += part.length;
      this.#rest = chunk.subarray(part.length);
    }
    return whole;
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await this.#chunks.next();
    return next.done === true ? undefined : next.value;
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
