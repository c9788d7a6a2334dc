/**
 * What a container without a terminal writes, as the engine sends it: frames of one byte for the stream (1 stdout,
 * 2 stderr), three zeros, four bytes of length (big-endian), then the payload (Engine API, "Stream format"). Payloads
 * are handed on as they come: a frame is never held whole, and nothing here grows with what the container says.
 */
export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

const headerBytes = 8;

export async function* demultiplex(source: AsyncIterable<Buffer | string>): AsyncGenerator<OutputChunk> {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: OutputChunk['stream'] = 'stdout';
  for await (const piece of source) {
    let rest = Buffer.from(piece);
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield { stream, bytes };
        continue;
      }
      const missing = headerBytes - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < headerBytes) continue;
      stream = header[0] === 2 ? 'stderr' : 'stdout';
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
}
