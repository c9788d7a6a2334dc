/**
 * Configs of the compose file, which slots mount. Their names carry a digest of their content, so they are made once and
 * never change; the release's record names them, and a release that comes back finds its own.
 */
import { hasCode } from '../common/errors.ts';
import { labels } from '../common/names.ts';
import type { ReleasedService, SlotTemplate } from '../swarm/ledger/release.ts';
import type { Swarm } from '../swarm/port.ts';
import { configGone } from './failures.ts';

interface ConfigFile {
  readonly name: string;
  readonly data: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Puts the files into the cluster unless they are there. */
export async function ensureConfigs(
  { configs }: Swarm,
  stack: string,
  files: readonly ConfigFile[],
): Promise<void> {
  for (const { name, data, labels: given } of files) {
    if (await configs.get(name)) continue;
    const own = { ...given, [labels.stack]: stack, [labels.object]: 'config' };
    await configs.create(name, data, own).catch((error: unknown) => {
      // Somebody else made it at the same time: the name says that the content is the same.
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
  }
}

/** Names of the configs a slot mounts. */
export function configNames(spec: SlotTemplate): readonly string[] {
  return mounted(spec).map(({ ConfigName }) => ConfigName);
}

/** Names of configs that a release needs and the cluster has no more. */
export async function missingConfigs(
  { configs }: Swarm,
  services: Iterable<ReleasedService>,
): Promise<readonly string[]> {
  const names = new Set([...services].flatMap(({ spec }) => configNames(spec)));
  const missing: string[] = [];
  for (const name of names) if (!(await configs.get(name))) missing.push(name);
  return missing;
}

/** The content with the ids of its configs in this cluster. Throws `release.cannot-be-restored` when one is gone. */
export async function withConfigIds(
  swarm: Swarm,
  release: number,
  content: ReleasedService,
): Promise<ReleasedService> {
  const spec = await specWithConfigIds(swarm, content.spec, (name) => configGone(release, name));
  return { ...content, spec };
}

/** The same for the spec of a service of any kind; `gone`: what to throw when one is not there. */
export async function specWithConfigIds(
  { configs }: Swarm,
  spec: SlotTemplate,
  gone: (name: string) => Error,
): Promise<SlotTemplate> {
  const files = mounted(spec);
  if (files.length === 0) return spec;
  const placed: Record<string, unknown>[] = [];
  for (const file of files) {
    const found = await configs.get(file.ConfigName);
    if (!found) throw gone(file.ConfigName);
    placed.push({ ...file, ConfigID: found.id });
  }
  const container = { ...spec.TaskTemplate.ContainerSpec, Configs: placed };
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: container } };
}

interface MountedFile {
  readonly ConfigName: string;
  readonly [key: string]: unknown;
}

function mounted(spec: SlotTemplate): readonly MountedFile[] {
  return (spec.TaskTemplate.ContainerSpec['Configs'] as readonly MountedFile[] | undefined) ?? [];
}
