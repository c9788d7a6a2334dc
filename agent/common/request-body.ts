import type { IncomingMessage } from 'node:http';

/** As UTF-8. `undefined`: longer than `longest` bytes; the rest of it is read and dropped, so that the answer gets through. */
export async function readBody(request: IncomingMessage, longest: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size <= longest) chunks.push(bytes);
  }
  return size > longest ? undefined : Buffer.concat(chunks).toString('utf8');
}
