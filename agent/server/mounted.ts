/** Which configs and secrets of the cluster a project's services mount. What is missing is told before anything starts. */
import { createHmac } from 'node:crypto';
import { labels } from '../common/names.ts';
import type { ExternalFile, Problem, Project, SecretFile, ServiceBase } from '../config/model.ts';
import { Report } from '../config/report.ts';
import { renamedFiles, type MadeFiles } from '../release/mounted-files.ts';
import type { KeysStore } from '../swarm/ledger/keys-store.ts';
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import type { Swarm } from '../swarm/port.ts';
import { checkNetworks } from './network-check.ts';

type Mounting = Pick<ServiceBase, 'template' | 'secrets' | 'externalFiles'>;

export interface MountedProject {
  readonly project: Project;
  readonly problems: readonly Problem[];
}

/**
 * The project with its secrets named by their content, and with the ids of what is external. Throws
 * `environment.not-set-up` where there are secrets and no key for their digests.
 */
export async function mountProject(
  swarm: Swarm,
  keys: Pick<KeysStore, 'digestKey'>,
  project: Project,
): Promise<MountedProject> {
  const all = [...project.services, ...project.backing];
  const hasSecrets = all.some(({ secrets }) => secrets.length > 0);
  const key = hasSecrets ? await keys.digestKey() : '';
  const report = new Report();
  const external = new Map<string, string>();
  for (const file of all.flatMap(({ externalFiles }) => externalFiles)) {
    const id = await externalId({ swarm, report }, file);
    if (id !== undefined) external.set(`${file.kind} ${file.name}`, id);
  }
  await checkNetworks({ swarm, report }, project);
  const mount = <T extends Mounting>(service: T): T => mounting(service, key, external);
  return {
    project: { ...project, services: project.services.map(mount), backing: project.backing.map(mount) },
    problems: report.problems(),
  };
}

function mounting<T extends Mounting>(service: T, key: string, external: ReadonlyMap<string, string>): T {
  const secrets = service.secrets.map((secret) => ({ ...secret, name: versionedName(secret, key) }));
  const names = new Map(service.secrets.map(({ name }, index) => [name, secrets[index]?.name ?? name]));
  const template: SlotTemplate = renamedFiles(service.template, ({ kind, name }) => {
    const id = external.get(`${kind} ${name}`);
    return { name: (id === undefined && kind === 'secret' && names.get(name)) || name, id };
  });
  return { ...service, secrets, template };
}

/**
 * Whoever sees the name cannot try out what the secret might be, nor see that two are the same: the digest is keyed and
 * covers the name (ADR 0028).
 */
export function versionedName({ name, content }: Pick<SecretFile, 'name' | 'content'>, key: string): string {
  const digest = createHmac('sha256', key).update(`${name}\0`).update(content()).digest('hex');
  return `${name}-${digest.slice(0, 12)}`;
}

/** What a service mounts and the project makes. */
export function madeFiles({ configs, secrets }: Pick<ServiceBase, 'configs' | 'secrets'>): MadeFiles {
  return {
    configs,
    secrets: secrets.map(({ name, content, labels: given }) => ({ name, data: content(), labels: given })),
  };
}

async function externalId(
  { swarm, report }: { readonly swarm: Swarm; readonly report: Report },
  { kind, name, at }: ExternalFile,
): Promise<string | undefined> {
  const found = await (kind === 'config' ? swarm.configs : swarm.secrets).get(name);
  if (found && found.labels[labels.stack] === undefined) return found.id;
  report.error(
    at,
    found
      ? {
          code: 'compose.invalid-name',
          message: `${kind}s: the ${kind} ${name} belongs to the environment ${found.labels[labels.stack] ?? ''}.`,
          hint: 'Name one of your own: what Tidegate makes comes and goes with its releases.',
        }
      : {
          code: 'compose.missing-external',
          message: `${kind}s: the Swarm has no ${kind} ${name}, which is external.`,
          hint: `Make it first: "docker ${kind} create ${name} FILE"; or let Tidegate make it: "file:" instead of "external:".`,
        },
  );
  return undefined;
}
