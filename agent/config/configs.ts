/**
 * `configs:`: files of the commit, mounted into tasks. A Swarm config cannot change, so its name carries a digest of its
 * content: another content is another config, another spec, and a release that comes back brings its own.
 */
import { sha256 } from '../common/canonical.ts';
import { names } from '../common/names.ts';
import type { Field } from './compose-field.ts';
import { checkKeys, configKeys, configReferenceKeys } from './compose-keys.ts';
import { suggestion } from '../common/did-you-mean.ts';
import type { Variables } from './interpolate.ts';
import { readLabels } from './labels.ts';
import type { ConfigFile } from './model.ts';
import { namedFile, type NamedFiles } from './named-files.ts';

export interface ConfigPlace {
  readonly stack: string;
  readonly variables: Variables;
  readonly files: NamedFiles;
}

/** `undefined`: it is declared, but wrong. */
export type DeclaredConfigs = ReadonlyMap<string, ConfigFile | undefined>;

/** Swarm refuses longer names. */
const longestName = 64;
/** Of Swarm: https://github.com/moby/swarmkit/blob/master/manager/controlapi/config.go */
const largest = 1_000 * 1024;

export function readConfigs(field: Field | undefined, place: ConfigPlace): DeclaredConfigs {
  return new Map((field?.entries() ?? []).map(([key, config]) => [key, readConfig(key, config, place)]));
}

function readConfig(key: string, field: Field, place: ConfigPlace): ConfigFile | undefined {
  checkKeys(field, configKeys);
  const data = readData(field, place);
  if (data === undefined) return undefined;
  const name = names.config(place.stack, key, sha256(data).slice(0, 12));
  const labels = field.get('labels');
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(key) || name.length > longestName) {
    field.errorAtKey({
      code: 'compose.invalid-name',
      message: `Swarm refuses the name ${name} of a config.`,
      hint: `Use letters, digits, "_", "." and "-", at most ${longestName} characters with the stack's name and a digest.`,
    });
    return undefined;
  }
  return { name, data, labels: labels ? readLabels(labels) : {} };
}

function readData(field: Field, { variables, files }: ConfigPlace): string | undefined {
  const given = ['file', 'content', 'environment'].flatMap((key) => field.get(key) ?? []);
  const [only, another] = given;
  if (!only || another) {
    if (field.tree.kind === 'map')
      (another ?? field).errorAtKey({
        code: another ? 'compose.conflict' : 'compose.missing-key',
        message: another ? 'a config has one source.' : 'has neither "file" nor "content" nor "environment".',
        hint: 'Name a file of the repository: "file: app.conf".',
      });
    return undefined;
  }
  const data = dataOf(only, field, files, variables);
  if (data === undefined) return undefined;
  if (data.includes('\ufffd')) {
    only.error({ code: 'compose.invalid-value', message: `${only.shown} is not text.`, hint: binaryHint });
    return undefined;
  }
  if (data !== '' && Buffer.byteLength(data) <= largest) return data;
  only.error({
    code: 'compose.invalid-value',
    message: `Swarm takes configs of 1 byte to ${largest / 1024} KB; this has ${Buffer.byteLength(data)} bytes.`,
    hint: 'Copy larger files into the image.',
  });
  return undefined;
}

const binaryHint = 'Configs hold text in UTF-8; copy other files into the image.';

function dataOf(source: Field, config: Field, files: NamedFiles, variables: Variables): string | undefined {
  if (source.path.endsWith('.file')) return namedFile(source, files)?.text;
  const text = source.text('Write text.');
  if (text === undefined || config.get('content')) return text;
  const value = Object.hasOwn(variables, text) ? variables[text] : undefined;
  if (value === undefined)
    source.error({
      code: 'compose.variable-required',
      message: `The variable ${text} is not set.`,
      hint: `Set ${text} in the environment's "variables:" or in the shell.`,
    });
  return value;
}

export interface MountedConfigs {
  /** Docker's Configs without their ids, which are known once the configs are in the cluster. */
  readonly spec: readonly Record<string, unknown>[];
  readonly files: readonly ConfigFile[];
}

export function readMountedConfigs(
  field: Field | undefined,
  declared: DeclaredConfigs,
): MountedConfigs | undefined {
  if (!field) return undefined;
  const mounted = field.items().flatMap((item) => readReference(item, declared));
  const files = new Map(mounted.map(({ file }) => [file.name, file]));
  return { spec: mounted.map(({ spec }) => spec), files: [...files.values()] };
}

function readReference(
  item: Field,
  declared: DeclaredConfigs,
): readonly { readonly spec: Record<string, unknown>; readonly file: ConfigFile }[] {
  const isLong = item.tree.kind === 'map';
  if (isLong) checkKeys(item, configReferenceKeys);
  const sourceField = isLong ? item.get('source') : item;
  const source = sourceField?.text('Name a config of the top-level "configs:".');
  if (source === undefined || !sourceField) {
    if (!sourceField)
      item.error({
        code: 'compose.missing-key',
        message: '"source" is missing.',
        hint: 'Write { source: name, target: /etc/app.conf }.',
      });
    return [];
  }
  if (!declared.has(source))
    sourceField.error({
      code: 'compose.unknown-config',
      message: `the config "${source}" is not declared.`,
      hint: `${suggestion(source, [...declared.keys()])} Configs are declared under the top-level "configs:".`,
    });
  const file = declared.get(source);
  if (!file) return [];
  const target = {
    Name: item.get('target')?.text() ?? source,
    UID: item.get('uid')?.text() ?? '0',
    GID: item.get('gid')?.text() ?? '0',
    Mode: item.get('mode')?.mode() ?? 0o444,
  };
  return [{ file, spec: { File: target, ConfigName: file.name } }];
}
