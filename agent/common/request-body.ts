import type { IncomingMessage } from 'node:http';

/**
 * As UTF-8. `undefined`: longer than `longest` bytes; the rest of it is read and dropped, so that the answer gets through.
 * Rejects when the client goes away before its end. By events: a loop over the request costs as much as an evaluation of
 * a flag.
 */
export function readBody(request: IncomingMessage, longest: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (request.destroyed && !request.complete) reject(new Error('the client has gone'));
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (bytes: Buffer) => {
      size += bytes.length;
      if (size <= longest) chunks.push(bytes);
    });
    request.on('end', () => {
      resolve(size > longest ? undefined : Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client has gone'));
    });
  });
}
