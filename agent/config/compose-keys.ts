/** Which keys of a compose file are read, and why the others are not. Nothing is dropped silently. */
import type { Field } from './compose-field.ts';
import { suggestion } from './did-you-mean.ts';

export interface Keys {
  readonly known: readonly string[];
  /** Refused by name: key -> what to do instead. */
  readonly refused: Readonly<Record<string, string>>;
  /** Without effect here: key -> why; a warning. */
  readonly unused?: Readonly<Record<string, string>>;
}

/** Reports every key that is not `known`. Keys that start with `x-` are the user's own. */
export function checkKeys(field: Field, keys: Keys): void {
  for (const [key, value] of field.entries()) {
    if (keys.known.includes(key)) continue;
    const refused = own(keys.refused, key);
    const unused = own(keys.unused ?? {}, key);
    if (refused !== undefined)
      value.errorAtKey({ code: 'compose.unsupported-key', message: 'not supported yet.', hint: refused });
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
      });
  }
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const remove = 'Remove it, or put it in a compose file Tidegate does not read.';
const limits = 'Use deploy.resources.limits and deploy.resources.reservations.';
const noData = 'Services that keep data are for a later version; keep the data outside of this service.';

function each(keys: string, hint: string): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.split(' ').map((key) => [key, hint]));
}

export const topKeys: Keys = {
  known: ['services', 'networks', 'name', 'version'],
  refused: {
    volumes: noData,
    secrets: 'Pass the value by "environment:" from a variable for now.',
    configs: 'Copy the file into the image for now.',
    include: 'Write the services into this file.',
    models: remove,
  },
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
  ],
  refused: {
    container_name: 'Remove it: a service has several containers, and they cannot share one name.',
    depends_on:
      'Remove it: Swarm starts services in no particular order, so let the service retry until what it needs answers.',
    links: 'Remove it: services on the same network reach each other by name.',
    external_links: 'Remove it: services on the same network reach each other by name.',
    volumes: noData,
    volumes_from: noData,
    secrets: 'Pass the value by "environment:" from a variable for now.',
    configs: 'Copy the file into the image for now.',
    env_file: 'Write the values under "environment:"; ${NAME} takes them from the variables.',
    label_file: 'Write the labels under "labels:".',
    extends: 'Write the service out, or share parts with a YAML anchor: <<: *common.',
    profiles: 'Remove it: every service of the file is deployed.',
    scale: 'Use deploy.replicas.',
    pull_policy: 'Remove it: Tidegate pins each image by its digest.',
    platform: 'Remove it: images are built and run for the platform of the engine.',
    privileged: 'Swarm services cannot be privileged; add single capabilities with cap_add.',
    network_mode: 'Use "networks:": Swarm services are on overlay networks.',
    ...each('mem_limit mem_reservation cpus cpu_count cpu_percent pids_limit', limits),
    ...each(
      'annotations blkio_config cgroup cgroup_parent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime',
      remove,
    ),
    ...each('cpu_shares cpuset credential_spec device_cgroup_rules devices dns dns_opt dns_search', remove),
    ...each(
      'domainname extra_hosts gpus group_add ipc isolation mac_address memswap_limit mem_swappiness',
      remove,
    ),
    ...each(
      'models oom_kill_disable oom_score_adj pid post_start pre_stop provider runtime security_opt',
      remove,
    ),
    ...each('shm_size stdin_open storage_opt sysctls tty ulimits use_api_socket userns_mode uts', remove),
  },
  unused: {
    expose: 'Services on the same network reach every port; remove it, or leave it for other tools.',
    develop: '"docker compose watch" reads it; Tidegate does not.',
    attach: '"docker compose up" reads it; Tidegate does not.',
  },
};

export const buildKeys: Keys = {
  known: ['context', 'dockerfile', 'args', 'target'],
  refused: {
    dockerfile_inline: 'Put it in a Dockerfile of the repository.',
    ...each('additional_contexts ssh secrets entitlements privileged', remove),
    ...each(
      'cache_from cache_to no_cache pull network platforms shm_size ulimits isolation extra_hosts',
      remove,
    ),
    ...each('labels tags provenance sbom', 'Remove it: Tidegate labels and names the images it builds.'),
  },
};

export const deployKeys: Keys = {
  known: ['replicas', 'resources', 'labels', 'restart_policy', 'placement', 'mode', 'endpoint_mode'],
  refused: {},
  unused: {
    update_config: 'Tidegate brings new releases in itself: "rollout:" in tidegate.yaml says how.',
    rollback_config: 'Tidegate brings old releases back itself: "tidegate rollback".',
  },
};

export const healthcheckKeys: Keys = {
  known: ['test', 'interval', 'timeout', 'retries', 'start_period', 'disable'],
  refused: { start_interval: 'Use a short "interval:": engines before 25 do not know start_interval.' },
};

export const limitKeys: Keys = { known: ['cpus', 'memory', 'pids'], refused: {} };
export const reservationKeys: Keys = {
  known: ['cpus', 'memory'],
  refused: { devices: remove, generic_resources: remove },
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

const external = 'Remove it: the project makes its own networks; others cannot be joined yet.';
export const networkKeys: Keys = {
  known: ['driver'],
  refused: {
    external,
    ...each('name attachable internal ipam driver_opts labels enable_ipv4 enable_ipv6', remove),
  },
};
export const attachmentKeys: Keys = {
  known: [],
  refused: {
    aliases: 'Remove it: others call the service by its name.',
    ...each(
      'ipv4_address ipv6_address link_local_ips mac_address priority gw_priority driver_opts interface_name',
      remove,
    ),
  },
};
