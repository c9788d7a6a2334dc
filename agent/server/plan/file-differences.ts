/** The configs and secrets a service mounts, as fields of a comparison: by their names in the compose file. Pure. */
import { labels } from '../../common/names.ts';
import { mountedFiles } from '../../release/mounted-files.ts';
import type { SlotTemplate } from '../../swarm/ledger/release.ts';

/** `secret.db_password` and `config.app`, each with its version in the Swarm. */
export function fileFields(spec: SlotTemplate): readonly (readonly [field: string, version: string])[] {
  const stack = spec.TaskTemplate.ContainerSpec.Labels?.[labels.stackNamespace] ?? '';
  return mountedFiles(spec).map(({ kind, name, id }) => [
    `${kind}.${id === undefined ? composeName(name, stack) : name}`,
    id === undefined ? name : `${name} (${id})`,
  ]);
}

/** What is compared field by field beside that: where the file is in the container, and whose. */
export function withoutVersions(container: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { Configs: configs, Secrets: secrets, ...rest } = container;
  return { ...rest, ...places('Configs', configs), ...places('Secrets', secrets) };
}

function places(key: string, list: unknown): Record<string, unknown> {
  if (!Array.isArray(list)) return {};
  return {
    [key]: (list as readonly { readonly File?: unknown }[]).map(({ File: file }) => ({ File: file })),
  };
}

/** `db_password` of `shop-dev_db_password-0123456789ab`. */
function composeName(name: string, stack: string): string {
  const own = name.startsWith(`${stack}_`) ? name.slice(stack.length + 1) : name;
  return own.replace(/-[0-9a-f]{12}$/, '');
}
