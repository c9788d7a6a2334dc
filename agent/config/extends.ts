/** `extends:`: a service takes over another one's keys and lays its own over them. */
import { mergeServices } from './compose-merge.ts';
import { suggestion } from '../common/did-you-mean.ts';
import type { Finding, Place, Report } from './report.ts';
import {
  describeTree,
  entryOf,
  mapTree,
  namedPath,
  type Entry,
  type MapTree,
  type ScalarTree,
  type Tree,
} from './yaml-tree.ts';

export interface ExtendsPlace {
  readonly report: Report;
  /** Another file of the repository, by its path; reports it when it cannot be read. */
  readonly file: (path: string, at: Place) => Promise<MapTree | undefined>;
}

/** The file with every service written out. */
export async function resolveExtends(tree: MapTree, place: ExtendsPlace): Promise<MapTree> {
  const services = entryOf(tree, 'services');
  if (services?.value.kind !== 'map') return tree;
  const whole: Entry[] = [];
  for (const entry of services.value.entries)
    whole.push({ ...entry, value: await writtenOut(entry, tree, [], place) });
  const value = mapTree(services.value.at, whole);
  return mapTree(
    tree.at,
    tree.entries.map((entry) => (entry === services ? { ...entry, value } : entry)),
  );
}

/** `chain`: the services that lead here, each as its file and name. */
async function writtenOut(
  { key, value }: Entry,
  tree: MapTree,
  chain: readonly string[],
  place: ExtendsPlace,
): Promise<Tree> {
  const written = entryOf(value, 'extends');
  if (value.kind !== 'map' || !written) return value;
  const own = mapTree(
    value.at,
    value.entries.filter((entry) => entry !== written),
  );
  const reference = readReference(written, place.report);
  if (!reference) return own;
  const file = reference.path === undefined ? tree : await place.file(reference.path, reference.fileAt);
  if (!file) return own;
  const here = [...chain, `${tree.at.file} ${key}`];
  const name = String(reference.service.value);
  if (here.includes(`${file.at.file} ${name}`)) {
    place.report.error(written.at, circle([...here, `${file.at.file} ${name}`]));
    return own;
  }
  const base = serviceOf(file, name);
  if (!base) {
    place.report.error(reference.service.at, unknown(name, file));
    return own;
  }
  return mergeServices(key, await writtenOut(base, file, here, place), own, place.report);
}

interface Reference {
  readonly service: ScalarTree;
  /** `undefined`: the same file. */
  readonly path: string | undefined;
  readonly fileAt: Place;
}

function readReference({ at, value }: Entry, report: Report): Reference | undefined {
  for (const entry of value.kind === 'map' ? value.entries : [])
    if (!['service', 'file'].includes(entry.key)) report.error(entry.at, unknownKey(entry.key));
  const service = value.kind === 'map' ? entryOf(value, 'service')?.value : value;
  const file = entryOf(value, 'file')?.value;
  if (service?.kind !== 'scalar' || service.value === null) {
    report.error(service?.at ?? at, unusable(describeTree(service ?? value), 'a service'));
    return undefined;
  }
  if (file === undefined) return { service, path: undefined, fileAt: at };
  const path = file.kind === 'scalar' ? namedPath(file) : undefined;
  if (path !== undefined && path !== '') return { service, path, fileAt: file.at };
  report.error(file.at, unusable(describeTree(file), 'a file of the repository'));
  return undefined;
}

function serviceOf(file: MapTree, name: string): Entry | undefined {
  return entryOf(entryOf(file, 'services')?.value, name);
}

function unknown(name: string, file: MapTree): Finding {
  const services = entryOf(file, 'services')?.value;
  const known = services?.kind === 'map' ? services.entries.map(({ key }) => key) : [];
  return {
    code: 'compose.unknown-service',
    message: `extends: ${file.at.file} has no service "${name}".`,
    hint: suggestion(name, known),
  };
}

function unknownKey(key: string): Finding {
  return {
    code: 'compose.unknown-key',
    message: `extends: "${key}" is not a key here.`,
    hint: suggestion(key, ['service', 'file']),
  };
}

function unusable(shown: string, what: string): Finding {
  return {
    code: 'compose.invalid-value',
    message: `extends: ${shown} is not ${what}.`,
    hint: 'Write { service: base }, with "file: path" for one of another file of the repository.',
  };
}

function circle(chain: readonly string[]): Finding {
  return {
    code: 'compose.circle',
    message: `extends: ${chain.join(' extends ')}: this never ends.`,
    hint: 'Let both services extend a third one.',
  };
}
