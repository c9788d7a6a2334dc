/**
 * Docker's multiplexed log stream as lines. A frame is one byte for the stream (1 stdout, 2 stderr), three of
 * zeros, four of length (big-endian), then the payload (Engine API, "Stream format"); Swarm starts each payload
 * with its time and, asked for `details`, with attributes: `<time> com.docker.swarm.task.id=<id>,… <text>`.
 * A service with a terminal (`TTY`) sends the payloads alone.
 */
import type { LogLine } from './port.ts';

const headerBytes = 8;

export class LogFrames {
  #rest = Buffer.alloc(0);

  /** Takes a chunk of any size and returns the lines that are complete with it. */
  push(chunk: Uint8Array): readonly LogLine[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const lines: LogLine[] = [];
    for (let frame = this.#next(); frame; frame = this.#next())
      lines.push(...parsePayload(frame.payload, frame.stream));
    return lines;
  }

  #next(): { stream: LogLine['stream']; payload: string } | undefined {
    const kind = this.#rest[0];
    if (kind === undefined) return undefined;
    return kind <= 2 ? this.#frame(kind) : this.#rawLine();
  }

  #frame(kind: number): { stream: LogLine['stream']; payload: string } | undefined {
    if (this.#rest.length < headerBytes) return undefined;
    const end = headerBytes + this.#rest.readUInt32BE(4);
    if (this.#rest.length < end) return undefined;
    const payload = this.#rest.toString('utf8', headerBytes, end);
    this.#rest = this.#rest.subarray(end);
    return { stream: kind === 2 ? 'stderr' : 'stdout', payload };
  }

  #rawLine(): { stream: LogLine['stream']; payload: string } | undefined {
    const end = this.#rest.indexOf('\n') + 1;
    if (end === 0) return undefined;
    const payload = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end);
    return { stream: 'stdout', payload };
  }
}

function parsePayload(payload: string, stream: LogLine['stream']): readonly LogLine[] {
  const [, at, details, text] = /^(\d{4}-\S+Z) (\S*) ?([^]*)$/.exec(payload) ?? [];
  if (at === undefined || details === undefined || text === undefined) return [];
  const task = /(?:^|,)com\.docker\.swarm\.task\.id=([^,]*)/.exec(details)?.[1] ?? '';
  return [{ at, task, stream, text: text.replace(/\r?\n$/, '') }];
}
