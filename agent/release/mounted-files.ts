/**
 * Configs and secrets of the compose file, which slots mount. Their names carry a digest of their content, so they are
 * made once and never change; the release's record names them, and a release that comes back finds its own. Those
 * the project does not make (`external`) are recorded with their id: under the same name another one may stand later.
 */
import { hasCode } from '../common/errors.ts';
import { labels } from '../common/names.ts';
import type { FileKind } from '../config/model.ts';
import type { ReleasedService, SlotTemplate } from '../swarm/ledger/release.ts';
import type { Swarm } from '../swarm/port.ts';
import { fileGone } from './failures.ts';

export interface MadeFile {
  readonly name: string;
  readonly data: Uint8Array | string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface MadeFiles {
  readonly configs: readonly MadeFile[];
  readonly secrets: readonly MadeFile[];
}

export interface MountedFile {
  readonly kind: FileKind;
  readonly name: string;
  /** Recorded where the project does not make it. */
  readonly id: string | undefined;
}

const kinds: readonly FileKind[] = ['config', 'secret'];

/** Keys of Docker's ContainerSpec, and of what is listed there. */
const keysOf = {
  config: { list: 'Configs', name: 'ConfigName', id: 'ConfigID' },
  secret: { list: 'Secrets', name: 'SecretName', id: 'SecretID' },
} as const;

/** Puts the files into the cluster unless they are there. */
export async function ensureFiles(swarm: Swarm, stack: string, files: MadeFiles): Promise<void> {
  for (const file of files.configs) await ensure('config', swarm.configs, stack, file);
  for (const file of files.secrets) await ensure('secret', swarm.secrets, stack, file);
}

async function ensure(
  kind: FileKind,
  port: Pick<Swarm['secrets'], 'create'> & Lookup,
  stack: string,
  { name, data, labels: given }: MadeFile,
): Promise<void> {
  if (await port.get(name)) return;
  const own = { ...given, [labels.stack]: stack, [labels.object]: kind };
  await port.create(name, data, own).catch((error: unknown) => {
    // Somebody else made it at the same time: the name says that the content is the same.
    if (!hasCode(error, 'swarm.conflict')) throw error;
  });
}

interface Lookup {
  get(name: string): Promise<{ readonly id: string } | undefined>;
}

/** What a slot mounts. */
export function mountedFiles(spec: SlotTemplate): readonly MountedFile[] {
  return kinds.flatMap((kind) => listed(spec, kind).map((file) => mountedFile(kind, file)));
}

/** What releases need and the cluster has no more. */
export async function missingFiles(
  swarm: Swarm,
  services: Iterable<ReleasedService>,
): Promise<readonly MountedFile[]> {
  const files = [...services].flatMap(({ spec }) => mountedFiles(spec));
  const ids = await Promise.all(files.map((file) => idOf(swarm, file)));
  return files.filter((_, index) => ids[index] === undefined);
}

/** The content with the ids of its files in this cluster. Throws `release.cannot-be-restored` when one is gone. */
export async function withFileIds(
  swarm: Swarm,
  release: number,
  content: ReleasedService,
): Promise<ReleasedService> {
  return { ...content, spec: await specWithFileIds(swarm, content.spec, (file) => fileGone(release, file)) };
}

/** The same for the spec of a service of any kind; `gone`: what to throw when a file is not there. */
export async function specWithFileIds(
  swarm: Swarm,
  spec: SlotTemplate,
  gone: (file: MountedFile) => Error,
): Promise<SlotTemplate> {
  const ids = new Map<string, string>();
  for (const file of mountedFiles(spec)) {
    const id = await idOf(swarm, file);
    if (id === undefined) throw gone(file);
    ids.set(`${file.kind} ${file.name}`, id);
  }
  if (ids.size === 0) return spec;
  return renamedFiles(spec, ({ kind, name }) => ({ name, id: ids.get(`${kind} ${name}`) }));
}

/** The template with other names and ids of what it mounts. */
export function renamedFiles(
  spec: SlotTemplate,
  rename: (file: MountedFile) => { readonly name: string; readonly id: string | undefined },
): SlotTemplate {
  const lists: Record<string, unknown> = {};
  for (const kind of kinds) {
    const keys = keysOf[kind];
    const files = listed(spec, kind);
    if (files.length > 0)
      lists[keys.list] = files.map((file) => {
        const { name, id } = rename(mountedFile(kind, file));
        return { ...file, [keys.name]: name, ...(id !== undefined && { [keys.id]: id }) };
      });
  }
  const container = { ...spec.TaskTemplate.ContainerSpec, ...lists };
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: container } };
}

type Listed = Readonly<Record<string, unknown>>;

function mountedFile(kind: FileKind, file: Listed): MountedFile {
  const keys = keysOf[kind];
  return { kind, name: String(file[keys.name]), id: file[keys.id] as string | undefined };
}

async function idOf(swarm: Swarm, { kind, name, id }: MountedFile): Promise<string | undefined> {
  const port: Lookup = kind === 'config' ? swarm.configs : swarm.secrets;
  const found = await port.get(name);
  return id === undefined || found?.id === id ? found?.id : undefined;
}

function listed(spec: SlotTemplate, kind: FileKind): readonly Listed[] {
  const list = spec.TaskTemplate.ContainerSpec[keysOf[kind].list];
  return (list as readonly Listed[] | undefined) ?? [];
}
