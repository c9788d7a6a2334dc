/** `configs:` and `secrets:` of a service: what of the top level its tasks mount, and where. */
import { checkKeys, fileReferenceKeys } from './compose-keys.ts';
import type { Field } from './compose-field.ts';
import { suggestion } from '../common/did-you-mean.ts';
import type { ExternalFile, FileKind } from './model.ts';

/** What stands behind a name of the top level. */
export type Declared<Made> =
  { readonly kind: 'made'; readonly file: Made } | { readonly kind: 'external'; readonly file: ExternalFile };

/** Read when a service asks for it: what nobody mounts need not be there. `undefined`: it is wrong, and reported. */
export type DeclaredFiles<Made> = ReadonlyMap<string, () => Declared<Made> | undefined>;

export interface Mounted<Made> {
  /** Docker's list without the ids, which are known once the files are in the cluster. */
  readonly spec: readonly Record<string, unknown>[];
  readonly made: readonly Made[];
  readonly external: readonly ExternalFile[];
}

export function readMounted<Made extends { readonly name: string }>(
  kind: FileKind,
  field: Field | undefined,
  declared: DeclaredFiles<Made>,
): Mounted<Made> | undefined {
  if (!field) return undefined;
  const mounted = field.items().flatMap((item) => readReference(kind, item, declared));
  const files = unique(mounted.map(({ file }) => file));
  return {
    spec: mounted.map(({ spec }) => spec),
    made: files.flatMap((file) => (file.kind === 'made' ? file.file : [])),
    external: files.flatMap((file) => (file.kind === 'external' ? file.file : [])),
  };
}

function unique<Made extends { readonly name: string }>(files: readonly Declared<Made>[]): Declared<Made>[] {
  return [...new Map(files.map((file) => [file.file.name, file])).values()];
}

function readReference<Made extends { readonly name: string }>(
  kind: FileKind,
  item: Field,
  declared: DeclaredFiles<Made>,
): readonly { readonly spec: Record<string, unknown>; readonly file: Declared<Made> }[] {
  const isLong = item.tree.kind === 'map';
  if (isLong) checkKeys(item, fileReferenceKeys);
  const sourceField = isLong ? item.get('source') : item;
  const source = sourceField?.text(`Name a ${kind} of the top-level "${kind}s:".`);
  if (source === undefined || !sourceField) {
    if (!sourceField)
      item.error({
        code: 'compose.missing-key',
        message: '"source" is missing.',
        hint: 'Write { source: name, target: /etc/app.conf }.',
      });
    return [];
  }
  const read = declared.get(source);
  if (!read)
    sourceField.error({
      code: `compose.unknown-${kind}`,
      message: `the ${kind} "${source}" is not declared.`,
      hint: `${suggestion(source, [...declared.keys()])} ${kind === 'config' ? 'Configs' : 'Secrets'} are declared under the top-level "${kind}s:".`,
    });
  const file = read?.();
  if (!file) return [];
  const target = {
    Name: item.get('target')?.text() ?? source,
    UID: item.get('uid')?.text() ?? '0',
    GID: item.get('gid')?.text() ?? '0',
    Mode: item.get('mode')?.mode() ?? 0o444,
  };
  return [
    { file, spec: { File: target, [kind === 'config' ? 'ConfigName' : 'SecretName']: file.file.name } },
  ];
}
