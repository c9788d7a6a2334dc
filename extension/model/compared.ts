/** What is compared before a rollback, in the order in which it is read: services and flags, migrations, code. */
import type { BlobResult, RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
import { figure } from './figures.ts';
import { l10n } from './l10n.ts';

export type Side =
  | { readonly kind: 'text'; readonly text: string }
  /** A file of a commit, read when it is shown. */
  | { readonly kind: 'blob'; readonly blob: string };

export interface Compared {
  /** A path: names the two sides, and its ending says how they are coloured. */
  readonly path: string;
  /** `undefined`: there is no such side. */
  readonly before: Side | undefined;
  readonly after: Side | undefined;
}

/** Where texts stand that are no files of the repository. */
const ownFolder = 'release';

export function comparedIn({
  documents,
  code,
}: Pick<RollbackPlan, 'documents' | 'code'>): readonly Compared[] {
  const text = (one: string | null): Side | undefined =>
    one === null ? undefined : { kind: 'text', text: one };
  const blob = (one: string | null, other: string | null): Side | undefined => {
    if (one !== null) return { kind: 'blob', blob: one };
    // A submodule has no content here; where the other side is a file, this one is not there.
    return other === null
      ? { kind: 'text', text: `${l10n.t('(a submodule: its commits are in another repository)')}\n` }
      : undefined;
  };
  return [
    ...documents.map(({ name, before, after }) => ({
      path: `${ownFolder}/${name}`,
      ...{ before: text(before), after: text(after) },
    })),
    ...code.files.map(({ path, before, after }) => ({
      path,
      ...{ before: blob(before, after), after: blob(after, before) },
    })),
  ];
}

/** What cannot be shown is told, so that it still differs from the other side. */
export function blobText(blob: string, { text, why, bytes }: BlobResult): string {
  if (text !== null) return text;
  const facts = [figure(bytes), blob.slice(0, 12)];
  const told =
    why === 'too-large'
      ? l10n.t('(too large to be compared here: {0} bytes, blob {1})', ...facts)
      : l10n.t('(not text: {0} bytes, blob {1})', ...facts);
  return `${told}\n`;
}
