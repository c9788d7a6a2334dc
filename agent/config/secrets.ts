/**
 * `secrets:`: files and variables of whoever deploys, never of the commit. What they hold is in no message and no record;
 * the name in the Swarm gets the digest of the content later, keyed, where the environment's key is at hand.
 */
import { names } from '../common/names.ts';
import { callerPath } from './caller-files.ts';
import type { Field } from './compose-field.ts';
import { checkKeys, secretKeys } from './compose-keys.ts';
import type { FilesPlace } from './configs.ts';
import { checkName, declaredFiles, onlySource, variableOf } from './declared-files.ts';
import { readLabels } from './labels.ts';
import type { SecretFile } from './model.ts';
import type { DeclaredFiles } from './mounted-references.ts';

export type DeclaredSecrets = DeclaredFiles<SecretFile>;

/** Of Swarm: https://github.com/moby/swarmkit/blob/master/api/validation/secrets.go */
const largest = 500 * 1024;

export function readSecrets(field: Field | undefined, place: FilesPlace): DeclaredSecrets {
  return declaredFiles('secret', field, (key, secret) => readSecret(key, secret, place));
}

/** What is wrong with its declaration is told at once; its content is looked at when a service mounts it. */
function readSecret(key: string, field: Field, place: FilesPlace): () => SecretFile | undefined {
  checkKeys(field, secretKeys);
  const source = onlySource('secret', field, {
    keys: ['file', 'environment'],
    example:
      'Name a file that git ignores, "file: secrets/password", or a variable, "environment: PASSWORD".',
  });
  const labels = field.get('labels');
  const given = labels ? readLabels(labels) : {};
  const isNamed = checkName('secret', names.secret(place.stack, key, '0'.repeat(12)), field);
  return () => {
    const data = source && isNamed ? readData(source, place) : undefined;
    if (data === undefined) return undefined;
    return { name: `${place.stack}_${key}`, content: () => data, labels: given };
  };
}

function readData(
  { key, field }: { readonly key: string; readonly field: Field },
  place: FilesPlace,
): Uint8Array | undefined {
  const data = key === 'file' ? ofFile(field, place) : ofVariable(field, place);
  if (data === undefined || (data.length > 0 && data.length <= largest)) return data;
  field.error({
    code: 'compose.invalid-value',
    message: `Swarm takes secrets of 1 byte to ${largest / 1024} KB; this has ${data.length} bytes.`,
    hint:
      data.length === 0 ? 'Fill it.' : 'Keep a key in the secret, and the large file encrypted elsewhere.',
  });
  return undefined;
}

function ofVariable(field: Field, { variables }: FilesPlace): Uint8Array | undefined {
  const value = variableOf(field, variables);
  return value === undefined ? undefined : Buffer.from(value);
}

function ofFile(field: Field, { files }: FilesPlace): Uint8Array | undefined {
  const written = field.text('Name a file.');
  if (written === undefined || !field.scalar) return undefined;
  const path = callerPath(field.scalar);
  if (path === undefined || path === '') {
    field.error({
      code: 'compose.invalid-value',
      message: `${field.shown} is not a path.`,
      hint: 'Write a path with "/", as seen from the compose file, or a whole one; "~" is not known here.',
    });
    return undefined;
  }
  const file = files.secrets.get(path);
  if (file?.kind === 'data') {
    if (/^(?:\/|\.\.(?:\/|$))/.test(path))
      field.warning({
        code: 'compose.outside-repository',
        message: `${path} is read from outside of the repository.`,
        hint: 'It is yours to decide: whoever may commit to this file may name any file you can read.',
      });
    return file.data;
  }
  field.error({
    code: 'compose.missing-secret',
    message: file ? `${path} cannot be used: ${file.why}.` : `there is no ${path} in the checkout.`,
    hint: 'Secrets are not part of the commit: put the file where you deploy from, or correct the path.',
  });
  return undefined;
}
