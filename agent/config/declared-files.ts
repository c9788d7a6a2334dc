/** What configs and secrets of the top level have in common: one source, a name Swarm takes, or `external: true`. */
import type { Field } from './compose-field.ts';
import { checkKeys, externalFileKeys } from './compose-keys.ts';
import type { ExternalFile, FileKind } from './model.ts';
import type { Declared, DeclaredFiles } from './mounted-references.ts';

/** Swarm refuses longer names. */
const longestName = 64;

/** `read` looks at what is declared; what it gives is asked for once, when somebody mounts the file. */
export function declaredFiles<Made>(
  kind: FileKind,
  field: Field | undefined,
  read: (key: string, field: Field) => () => Made | undefined,
): DeclaredFiles<Made> {
  const entries = field?.entries() ?? [];
  return new Map(
    entries.map(([key, declared]): [string, () => Declared<Made> | undefined] => {
      const isExternal = declared.tree.kind === 'map' && declared.get('external')?.boolean() === true;
      if (isExternal) {
        const external = readExternal(kind, key, declared);
        return [key, () => external];
      }
      const make = read(key, declared);
      let made: { readonly file: Made | undefined } | undefined;
      return [
        key,
        () => {
          made ??= { file: make() };
          return made.file && { kind: 'made', file: made.file };
        },
      ];
    }),
  );
}

function readExternal(
  kind: FileKind,
  key: string,
  field: Field,
): { readonly kind: 'external'; readonly file: ExternalFile } | undefined {
  checkKeys(field, externalFileKeys);
  const nameField = field.get('name');
  const name = nameField ? nameField.text(`Name a ${kind} of the Swarm.`) : key;
  if (name === undefined || !checkName(kind, name, nameField ?? field)) return undefined;
  return { kind: 'external', file: { kind, name, at: field.keyAt } };
}

/** Reports a name that Swarm would not take. */
export function checkName(kind: FileKind, name: string, field: Field): boolean {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(name) && name.length <= longestName) return true;
  field.errorAtKey({
    code: 'compose.invalid-name',
    message: `Swarm refuses the name ${name} of a ${kind}.`,
    hint: `Use letters, digits, "_", "." and "-", at most ${longestName} characters with the stack's name and a digest.`,
  });
  return false;
}

/** The one key that says what a file is made of. */
export function onlySource(
  kind: FileKind,
  field: Field,
  { keys, example }: { readonly keys: readonly string[]; readonly example: string },
): { readonly key: string; readonly field: Field } | undefined {
  const given = keys.flatMap((key) => {
    const found = field.get(key);
    return found ? { key, field: found } : [];
  });
  const [only, another] = given;
  if (only && !another) return only;
  // What is no map at all is reported by whoever reads its keys.
  if (field.tree.kind !== 'map') return undefined;
  const all = keys.map((key) => `"${key}"`);
  (another?.field ?? field).errorAtKey({
    code: another ? 'compose.conflict' : 'compose.missing-key',
    message: another
      ? `a ${kind} has one source.`
      : all.length === 2
        ? `has neither ${all.join(' nor ')}.`
        : `has none of ${all.join(', ')}.`,
    hint: example,
  });
  return undefined;
}

/** The value of a variable that a file is made of; one that is not set is reported. */
export function variableOf(
  field: Field,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const name = field.text('Name a variable.');
  if (name === undefined) return undefined;
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value === undefined)
    field.error({
      code: 'compose.variable-required',
      message: `the variable ${name} is not set.`,
      hint: `Set ${name} in the shell, in .env, or in the environment's "variables:".`,
    });
  return value;
}
