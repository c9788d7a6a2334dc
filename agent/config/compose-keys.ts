/** Which keys of a compose file are read, and why the others are not. Nothing is dropped silently. */
import type { Field } from './compose-field.ts';
import { nearestName, suggestion } from '../common/did-you-mean.ts';
import type { Change } from './fix/change.ts';
import { serviceRepairs, type KeyRepair } from './key-repairs.ts';

export interface Keys {
  readonly known: readonly string[];
  /** Refused by name: key -> what to do instead. */
  readonly refused: Readonly<Record<string, string>>;
  /** Without effect here: key -> why; a warning. */
  readonly unused?: Readonly<Record<string, string>>;
  /** Of refused ones: key -> what a machine can write instead. */
  readonly repairs?: Readonly<Record<string, KeyRepair>>;
}

/** Reports every key that is not `known`. Keys that start with `x-` are the user's own. */
export function checkKeys(field: Field, keys: Keys): void {
  for (const [key, value] of field.entries()) {
    if (keys.known.includes(key)) continue;
    const refused = own(keys.refused, key);
    const unused = own(keys.unused ?? {}, key);
    if (refused !== undefined)
      value.errorAtKey({
        code: 'compose.unsupported-key',
        message: 'not supported yet.',
        hint: refused,
        change: own(keys.repairs ?? {}, key)?.(value, field),
      });
    else if (unused !== undefined)
      value.warning({ code: 'compose.unused-key', message: 'has no effect here.', hint: unused });
    else
      value.errorAtKey({
        code: 'compose.unknown-key',
        message: 'not a key of a compose file.',
        hint: suggestion(key, [...keys.known, ...Object.keys(keys.refused)]).replace(
          /^Known.*/,
          'Remove it.',
        ),
        change: renamed(value, nearestName(key, keys.known)),
      });
  }
}

function renamed(field: Field, to: string | undefined): Change | undefined {
  if (to === undefined) return undefined;
  const { steps: path, keyAt } = field;
  return { kind: 'rename', title: `Write "${to}"`, file: keyAt.file, path, to };
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const remove = 'Remove it, or put it in a compose file Tidegate does not read.';
const limits = 'Use deploy.resources.limits and deploy.resources.reservations.';

function notInSwarm(what: string): string {
  return `Remove it: Swarm services have no ${what}.`;
}

function words(keys: string): readonly string[] {
  return keys.split(' ');
}

function each(keys: string, hint: string): Readonly<Record<string, string>> {
  return Object.fromEntries(words(keys).map((key) => [key, hint]));
}

export const topKeys: Keys = {
  known: ['services', 'networks', 'volumes', 'configs', 'secrets', 'name', 'version'],
  refused: { models: remove },
};

export const serviceKeys: Keys = {
  known: [
    'image',
    'build',
    'environment',
    'deploy',
    'healthcheck',
    'stop_grace_period',
    'stop_signal',
    'networks',
    'command',
    'entrypoint',
    'user',
    'working_dir',
    'hostname',
    'init',
    'read_only',
    'tmpfs',
    'labels',
    'cap_add',
    'cap_drop',
    'logging',
    'restart',
    'ports',
    ...words('env_file label_file profiles depends_on volumes configs secrets ulimits sysctls extra_hosts'),
    ...words('dns dns_search dns_opt group_add tty stdin_open'),
  ],
  refused: {
    links: 'Remove it: services on the same network reach each other by name.',
    external_links: 'Remove it: services on the same network reach each other by name.',
    volumes_from: 'Name the volumes under "volumes:" of both services.',
    scale: 'Use deploy.replicas.',
    platform: 'Remove it: images are built and run for the platform of the engine.',
    privileged: 'Swarm services cannot be privileged; add single capabilities with cap_add.',
    ...each('mem_limit mem_reservation cpus cpu_count cpu_percent pids_limit', limits),
    shm_size: 'Mount a folder in memory: volumes: [{ type: tmpfs, target: /dev/shm, tmpfs: { size: 64M } }].',
    ...each(
      'devices device_cgroup_rules gpus',
      notInSwarm('devices of a node; deploy.resources.reservations.generic_resources is its way'),
    ),
    ...each(
      'cgroup cgroup_parent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime',
      notInSwarm('cgroups of its own'),
    ),
    ...each('cpu_shares cpuset blkio_config memswap_limit mem_swappiness oom_kill_disable', limits),
    ...each('ipc pid uts userns_mode', notInSwarm('namespaces of a node or of another container')),
    network_mode: 'Use "networks:": Swarm services are on overlay networks.',
    ...each('mac_address domainname', notInSwarm('names and addresses of single containers')),
    ...each(
      'security_opt storage_opt runtime isolation credential_spec',
      notInSwarm('settings of a single engine here'),
    ),
    ...each('annotations models oom_score_adj post_start pre_stop provider use_api_socket', remove),
  },
  repairs: serviceRepairs,
  unused: {
    container_name: 'A service has several containers, and they cannot share one name.',
    pull_policy: 'Tidegate pins each image by its digest.',
    expose: 'Services on the same network reach every port; remove it, or leave it for other tools.',
    develop: '"docker compose watch" reads it; Tidegate does not.',
    attach: '"docker compose up" reads it; Tidegate does not.',
  },
};

const ownBuild = 'Tidegate names and labels images by their content, and rebuilds only what changed.';

export const buildKeys: Keys = {
  known: ['context', 'dockerfile', 'args', 'target'],
  refused: {
    dockerfile_inline: 'Put it in a Dockerfile of the repository.',
    ...each(
      'additional_contexts ssh secrets',
      'What an image is made of has to be in the commit: copy it into the context.',
    ),
    ...each(
      'entitlements privileged network extra_hosts isolation',
      'Builds run without rights of the node: do it in the Dockerfile.',
    ),
    ...each('platforms shm_size ulimits', 'Builds run as the engine of the environment does: remove it.'),
  },
  unused: {
    ...each('cache_from cache_to no_cache pull labels tags provenance sbom', ownBuild),
  },
};

export const deployKeys: Keys = {
  known: [
    ...words('replicas resources labels restart_policy placement mode endpoint_mode'),
    ...words('update_config rollback_config'),
  ],
  refused: {},
};
export const updateKeys: Keys = {
  known: words('parallelism delay failure_action monitor max_failure_ratio order'),
  refused: {},
};

export const healthcheckKeys: Keys = {
  known: words('test interval timeout retries start_period start_interval disable'),
  refused: {},
};

export const limitKeys: Keys = { known: ['cpus', 'memory', 'pids'], refused: {} };
export const reservationKeys: Keys = {
  known: ['cpus', 'memory', 'generic_resources'],
  refused: { devices: 'Swarm hands out devices as "generic_resources" of its nodes.' },
};
export const restartPolicyKeys: Keys = {
  known: ['condition', 'delay', 'max_attempts', 'window'],
  refused: {},
};
export const placementKeys: Keys = {
  known: ['constraints', 'preferences', 'max_replicas_per_node'],
  refused: {},
};
export const loggingKeys: Keys = { known: ['driver', 'options'], refused: {} };

export const networkKeys: Keys = {
  known: words('driver driver_opts ipam internal attachable labels name external'),
  refused: each(
    'enable_ipv4 enable_ipv6',
    'Remove it: Swarm gives overlay networks IPv4 addresses, as docker stack does.',
  ),
};
export const ipamKeys: Keys = {
  known: ['driver', 'config'],
  refused: { options: remove },
};
export const ipamConfigKeys: Keys = {
  known: ['subnet'],
  refused: each(
    'gateway ip_range aux_addresses',
    'Remove it: docker stack takes nothing but a subnet; Swarm chooses the rest.',
  ),
};
export const attachmentKeys: Keys = {
  known: ['aliases'],
  refused: each(
    'ipv4_address ipv6_address link_local_ips mac_address priority gw_priority driver_opts interface_name',
    remove,
  ),
};

export const volumeKeys: Keys = { known: words('driver driver_opts external labels name'), refused: {} };
export const mountKeys: Keys = {
  known: words('type source target read_only consistency bind volume tmpfs'),
  refused: { image: remove, cluster: remove },
};

const ownName = 'The name is made of the stack, the key and a digest of the content.';
export const configKeys: Keys = {
  known: words('file content environment labels external'),
  refused: { template_driver: remove },
  unused: { name: ownName },
};
export const secretKeys: Keys = {
  known: words('file environment labels external'),
  refused: {
    content:
      'Name a file that git ignores, "file:", or a variable, "environment:": what is here is in every clone.',
    ...each('driver driver_opts template_driver', remove),
  },
  unused: { name: ownName },
};
export const externalFileKeys: Keys = {
  known: ['external', 'name'],
  refused: each(
    'file content environment labels driver template_driver',
    'Remove it, or "external": what is external is not made by the project.',
  ),
};
export const fileReferenceKeys: Keys = { known: words('source target uid gid mode'), refused: {} };
