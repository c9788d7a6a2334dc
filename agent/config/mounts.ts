/**
 * `volumes:` and `tmpfs:` as Docker's Mounts. A service has two slots that run at the same time for a while: what both
 * write to is asked for by name (`volumes: shared` in tidegate.yaml). Source of the forms:
 * https://docs.docker.com/reference/compose-file/services/#volumes
 */
import { labels as swarmLabels } from '../common/names.ts';
import { checkoutSource } from './checkout-source.ts';
import type { Field } from './compose-field.ts';
import { checkKeys, mountKeys } from './compose-keys.ts';
import { parseBytes } from './durations.ts';
import type { Change } from './fix/change.ts';
import { asConfig, type ConfigPlace } from './mount-as-config.ts';
import { suggestion } from '../common/did-you-mean.ts';
import type { DeclaredVolume } from './volumes.ts';

export interface MountPlace extends ConfigPlace {
  readonly stack: string;
  readonly volumes: ReadonlyMap<string, DeclaredVolume>;
  /** Both slots may write to its volumes. */
  readonly shared: boolean;
}

type Mount = Readonly<Record<string, unknown>>;

interface Written {
  readonly type: string;
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  readonly options: Mount;
}

export function readMounts(service: Field, place: MountPlace): readonly Mount[] | undefined {
  const [volumes, tmpfs] = [service.get('volumes'), service.get('tmpfs')];
  if (!volumes && !tmpfs) return undefined;
  const mounts = volumes?.items().flatMap((item) => readMount(item, { ...place, service })) ?? [];
  const folders = tmpfs ? (tmpfs.tree.kind === 'list' ? tmpfs.items() : [tmpfs]) : [];
  return [...mounts, ...folders.flatMap(readTmpfs)];
}

interface ServicePlace extends MountPlace {
  readonly service: Field;
}

function readMount(item: Field, place: ServicePlace): readonly Mount[] {
  const written = item.tree.kind === 'map' ? readLong(item) : readShort(item);
  if (!written) return [];
  const mount = mountOf(item, written, place);
  // A volume without a name is a task's own, and so is a folder in memory.
  const isOwn = written.type === 'tmpfs' || written.source === undefined;
  if (mount && !isOwn && !written.readOnly && !place.shared) {
    item.error({
      code: 'compose.writable-volume',
      message: `${item.shown === 'a map' ? written.target : item.shown} is written by both slots of the service while a release goes in.`,
      hint: 'Mount it read-only (":ro", "read_only: true"), or write "volumes: shared" for the service in tidegate.yaml if two releases may write to it at the same time.',
    });
    return [];
  }
  return mount ? [mount] : [];
}

function mountOf(item: Field, written: Written, place: ServicePlace): Mount | undefined {
  const { type, source, target, readOnly, options } = written;
  const common = { Type: type, Target: target, ...(readOnly ? { ReadOnly: true } : {}) };
  if (type === 'tmpfs') return { ...common, ...options };
  if (type === 'bind') return bindOf(item, { ...common, Source: source, ...options }, { written, place });
  if (source === undefined) return { ...common, ...options };
  const volume = place.volumes.get(source);
  if (!volume) {
    item.error({
      code: 'compose.unknown-volume',
      message: `the volume "${source}" is not declared.`,
      hint: `${suggestion(source, [...place.volumes.keys()])} Volumes are declared under the top-level "volumes:".`,
    });
    return undefined;
  }
  if (volume.external) return { ...common, Source: volume.name, ...options };
  const own = {
    Labels: {
      ...volume.labels,
      [swarmLabels.stackNamespace]: place.stack,
      [swarmLabels.stack]: place.stack,
      [swarmLabels.object]: 'volume',
    },
    ...(volume.driver ? { DriverConfig: volume.driver } : {}),
  };
  return {
    ...common,
    Source: volume.name,
    VolumeOptions: { ...own, ...(options['VolumeOptions'] as Mount) },
  };
}

function bindOf(
  item: Field,
  mount: Mount,
  { written: { source, target }, place }: { readonly written: Written; readonly place: ServicePlace },
): Mount | undefined {
  if (source?.startsWith('/') === true) return mount;
  const { service, files } = place;
  const isBuilt = service.get('build') !== undefined;
  const isFile = files.commit.get(checkoutSource(item.tree)?.path ?? '') !== undefined;
  const what = item.shown === 'a map' ? String(source) : item.shown;
  item.error({
    code: 'compose.unsupported-value',
    message: `${what} is a ${isFile ? 'file' : 'folder'} of the checkout, which the nodes of the Swarm do not have.`,
    hint: isFile
      ? 'Mount it with "configs:", or copy it into the image.'
      : 'Copy it into the image, mount single files with "configs:", or name an absolute folder of the nodes.',
    change: asConfig(item, service, { target, place }) ?? (isBuilt ? unmounted(item) : undefined),
  });
  return undefined;
}

/** For working on the code: the image that is built has its own copy. */
function unmounted({ tree: { at }, steps: path }: Field): Change {
  return { kind: 'remove', title: 'Remove the mount: the image has its own copy', file: at.file, path, at };
}

const shortHint = 'Write "volume:/folder", "volume:/folder:ro" or "/folder".';
const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

function readShort(item: Field): Written | undefined {
  const text = item.text(shortHint);
  if (text === undefined) return undefined;
  const [first, second, modes, ...more] = text.split(':');
  const source = second === undefined ? undefined : first;
  const target = second ?? first;
  if (source === '' || target?.startsWith('/') !== true || more.length > 0) {
    item.error({ code: 'compose.invalid-value', message: `${item.shown} is not a mount.`, hint: shortHint });
    return undefined;
  }
  const type = source !== undefined && /^[./~]/.test(source) ? 'bind' : 'volume';
  let [readOnly, options]: [boolean, Mount] = [false, {}];
  for (const mode of modes?.split(',') ?? []) {
    if (mode === 'ro') readOnly = true;
    else if (mode === 'nocopy' && type === 'volume') options = { VolumeOptions: { NoCopy: true } };
    else if (propagations.includes(mode) && type === 'bind') options = { BindOptions: { Propagation: mode } };
    else if (mode !== 'rw')
      item.error({
        code: 'compose.unsupported-value',
        message: `${item.shown}: the option "${mode}" cannot be used in a Swarm.`,
        hint: 'Write "ro" for read-only, or leave it out.',
      });
  }
  return { type, source, target, readOnly, options };
}

function readLong(item: Field): Written | undefined {
  checkKeys(item, mountKeys);
  const type = item.get('type')?.text();
  const target = item.get('target')?.text();
  if (type === undefined || target === undefined || !['volume', 'bind', 'tmpfs'].includes(type)) {
    (item.get('type') ?? item).error({
      code: 'compose.invalid-value',
      message: 'a mount needs a type (volume, bind or tmpfs) and a target.',
      hint: 'Write { type: volume, source: name, target: /folder, read_only: true }.',
    });
    return undefined;
  }
  const readOnly = item.get('read_only')?.boolean() ?? false;
  const consistency = item.get('consistency')?.text();
  const options = {
    ...(consistency === undefined ? {} : { Consistency: consistency }),
    ...longOptions(item, type),
  };
  return { type, source: item.get('source')?.text(), target, readOnly, options };
}

function longOptions(item: Field, type: string): Mount {
  for (const other of ['bind', 'volume', 'tmpfs'].filter((key) => key !== type))
    item.get(other)?.errorAtKey({
      code: 'compose.conflict',
      message: `has no meaning for a mount of type ${type}.`,
      hint: 'Remove it.',
    });
  const own = item.get(type);
  if (!own) return {};
  if (type === 'tmpfs') {
    checkKeys(own, { known: ['size', 'mode'], refused: {} });
    return tmpfsOptions(own.get('size')?.bytes(), own.get('mode')?.mode());
  }
  if (type === 'volume') {
    checkKeys(own, { known: ['nocopy'], refused: { subpath: 'Mount the whole volume.' } });
    return own.get('nocopy')?.boolean() === true ? { VolumeOptions: { NoCopy: true } } : {};
  }
  checkKeys(own, {
    known: ['propagation'],
    refused: {
      create_host_path: 'Create the folder on every node: Swarm does not.',
      selinux: 'Label the folder on the nodes.',
      recursive: 'Remove it.',
    },
  });
  const propagation = own.get('propagation')?.text();
  return propagation === undefined ? {} : { BindOptions: { Propagation: propagation } };
}

/** `/tmp:size=64m,mode=1777`. */
function readTmpfs(item: Field): readonly Mount[] {
  const hint = 'Name an absolute folder of the container: /tmp, or /tmp:size=64m,mode=1777.';
  const text = item.text(hint);
  if (text === undefined) return [];
  const [target, list, ...more] = text.split(':');
  const options = list?.split(',').map((option) => option.split('=')) ?? [];
  const size = parseBytes(options.find(([name]) => name === 'size')?.[1] ?? '0');
  const mode = options.find(([name]) => name === 'mode')?.[1];
  const isKnown = options.every(
    ([name, value]) => (name === 'size' || name === 'mode') && value !== undefined,
  );
  if (
    target?.startsWith('/') === true &&
    more.length === 0 &&
    isKnown &&
    size !== undefined &&
    /^[0-7]{0,4}$/.test(mode ?? '')
  )
    return [
      {
        Type: 'tmpfs',
        Target: target,
        ...tmpfsOptions(size || undefined, mode === undefined ? undefined : Number.parseInt(mode, 8)),
      },
    ];
  item.error({
    code: 'compose.unsupported-value',
    message: `${item.shown} is not a folder with options that Swarm knows (size, mode).`,
    hint,
  });
  return [];
}

function tmpfsOptions(size: number | undefined, mode: number | undefined): Mount {
  if (size === undefined && mode === undefined) return {};
  return {
    TmpfsOptions: {
      ...(size === undefined ? {} : { SizeBytes: size }),
      ...(mode === undefined ? {} : { Mode: mode }),
    },
  };
}
