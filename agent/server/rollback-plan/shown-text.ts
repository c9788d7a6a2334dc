/** Bytes as an editor can show them. Pure. */
import { isUtf8 } from 'node:buffer';
import type { BlobResult } from '../../protocol/rollback-plan.ts';

const mostBytes = 1_000_000;

export function shownText(data: Uint8Array): BlobResult {
  const bytes = data.byteLength;
  if (bytes > mostBytes) return { bytes, text: null, why: 'too-large' };
  // A NUL is what git takes for binary, too.
  if (!isUtf8(data) || data.includes(0)) return { bytes, text: null, why: 'binary' };
  return { bytes, text: Buffer.from(data).toString('utf8'), why: null };
}
