/** An image's name with the digest of what it stands for: the only repair whose text is not in the repository. */
import type { Change, Step } from './change.ts';

export interface Pin {
  /** As it is written: `redis:7`. */
  readonly ref: string;
  readonly file: string;
  /** Of its value. */
  readonly path: readonly Step[];
}

/** `digest`: `sha256:…` of a manifest in the image's registry. The tag stays, for whoever reads it. */
export function pinChange({ ref, file, path }: Pin, digest: string): Change {
  return {
    kind: 'set',
    title: `Pin ${ref} to what it is now (${digest.slice(0, 19)})`,
    file,
    path,
    value: `${ref}@${digest}`,
  };
}
