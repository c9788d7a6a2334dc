/**
 * `configs:`: files of the commit, mounted into tasks. A Swarm config cannot change, so its name carries a digest of its
 * content: another content is another config, another spec, and a release that comes back brings its own.
 */
import { sha256 } from '../common/canonical.ts';
import { names } from '../common/names.ts';
import type { Field } from './compose-field.ts';
import { checkKeys, configKeys } from './compose-keys.ts';
import { checkName, declaredFiles, onlySource, variableOf } from './declared-files.ts';
import type { Variables } from './interpolate.ts';
import { readLabels } from './labels.ts';
import type { ConfigFile } from './model.ts';
import type { DeclaredFiles } from './mounted-references.ts';
import { namedFile, type NamedFiles } from './named-files.ts';
import { namedPath } from './yaml-tree.ts';

export interface FilesPlace {
  readonly stack: string;
  readonly variables: Variables;
  readonly files: NamedFiles;
}

export type DeclaredConfigs = DeclaredFiles<ConfigFile>;

/** Of Swarm: https://github.com/moby/swarmkit/blob/master/manager/controlapi/config.go */
const largest = 1_000 * 1024;

export function readConfigs(field: Field | undefined, place: FilesPlace): DeclaredConfigs {
  return declaredFiles('config', field, (key, config) => {
    const file = readConfig(key, config, place);
    return () => file;
  });
}

/** The files that configs are made of, by name; `undefined` for those that are made of something else. */
export function configFiles(field: Field | undefined): ReadonlyMap<string, string | undefined> {
  const entries = field?.tree.kind === 'map' ? field.entries() : [];
  return new Map(
    entries.map(([key, config]) => {
      const file = config.tree.kind === 'map' ? config.get('file')?.scalar : undefined;
      return [key, file && namedPath(file)];
    }),
  );
}

function readConfig(key: string, field: Field, place: FilesPlace): ConfigFile | undefined {
  checkKeys(field, configKeys);
  const data = readData(field, place);
  if (data === undefined) return undefined;
  const name = names.config(place.stack, key, sha256(data).slice(0, 12));
  const labels = field.get('labels');
  if (!checkName('config', name, field)) return undefined;
  return { name, data, labels: labels ? readLabels(labels) : {} };
}

function readData(field: Field, { variables, files }: FilesPlace): string | undefined {
  const source = onlySource('config', field, {
    keys: ['file', 'content', 'environment'],
    example: 'Name a file of the repository: "file: app.conf".',
  });
  if (!source) return undefined;
  const { key, field: only } = source;
  const data =
    key === 'file'
      ? namedFile(only, files)?.text
      : key === 'content'
        ? only.text('Write text.')
        : variableOf(only, variables);
  if (data === undefined) return undefined;
  switch (configProblem(data)) {
    case 'binary':
      only.error({ code: 'compose.invalid-value', message: `${only.shown} is not text.`, hint: binaryHint });
      return undefined;
    case 'size':
      only.error({
        code: 'compose.invalid-value',
        message: `Swarm takes configs of 1 byte to ${largest / 1024} KB; this has ${Buffer.byteLength(data)} bytes.`,
        hint: 'Copy larger files into the image.',
      });
      return undefined;
    case undefined:
      return data;
  }
}

const binaryHint = 'Configs hold text in UTF-8; copy other files into the image.';

/** Why a text cannot be a config. */
export function configProblem(data: string): 'binary' | 'size' | undefined {
  if (data.includes('\ufffd')) return 'binary';
  return data !== '' && Buffer.byteLength(data) <= largest ? undefined : 'size';
}
