/**
 * Where a slot's spec is meant to differ from what `docker stack deploy` makes. Each turns Docker's spec into the one
 * Tidegate has to make; docs/compose.md tells each by its name.
 */
export type Spec = Record<string, unknown>;

export interface Difference {
  /** As in docs/compose.md. */
  readonly name: string;
  readonly apply: (docker: Spec, compose: string) => Spec;
}

const own = {
  'tidegate.object': 'slot',
  'tidegate.service': 'web',
  'tidegate.slot': 'web-blue',
  'tidegate.stack': 'STACK',
};

const whereFlagsAre = [
  'TIDEGATE_FLAGS_URL=http://tidegate-flags:8406',
  'OFREP_ENDPOINT=http://tidegate-flags:8406',
  'FLAGD_HOST=tidegate-flags',
  'FLAGD_SYNC_PORT=8015',
  'TIDEGATE_UNLEASH_URL=http://tidegate-flags:8406/api',
];

export const intended: readonly Difference[] = [
  { name: "The slot's name", apply: (spec) => ({ ...spec, Name: 'STACK_web-blue' }) },
  {
    name: 'Labels of Tidegate',
    apply: (spec) => {
      const labels = without(spec['Labels'] as Spec, 'com.docker.stack.image');
      const labelled = { ...spec, Labels: { ...labels, ...own, 'tidegate.release': '1' } };
      return changeContainer(labelled, (container) => ({
        ...container,
        Labels: { ...(container['Labels'] as object), ...own },
      }));
    },
  },
  { name: 'DNS round robin', apply: (spec) => ({ ...spec, EndpointSpec: { Mode: 'dnsrr' } }) },
  {
    name: 'No alias, and the network of the edge',
    apply: (spec) =>
      changeTask(spec, (task) => ({
        ...task,
        Networks: [
          { Target: 'STACK_tidegate' },
          ...sorted(task['Networks'] as readonly { Target: string }[]).map(({ Target }) => ({ Target })),
        ],
      })),
  },
  {
    name: 'Where flags are asked for',
    apply: (spec) =>
      changeContainer(spec, (container) => ({
        ...container,
        Env: [...((container['Env'] as readonly string[] | undefined) ?? []), ...whereFlagsAre],
      })),
  },
  {
    name: 'Restarts after 500 ms',
    apply: (spec, compose) =>
      compose.includes('restart_policy:')
        ? spec
        : changeTask(spec, (task) => ({
            ...task,
            RestartPolicy: { ...(task['RestartPolicy'] as object), Condition: 'any', Delay: 500_000_000 },
          })),
  },
  {
    name: 'No update of its own',
    apply: (spec) => without(spec, 'UpdateConfig', 'RollbackConfig'),
  },
  {
    name: 'Short tmpfs is mounted',
    apply: (spec, compose) =>
      /^ {4}tmpfs: \/run$/m.test(compose)
        ? changeContainer(spec, (container) => ({
            ...container,
            Mounts: [{ Type: 'tmpfs', Target: '/run' }],
          }))
        : spec,
  },
  {
    name: 'Configs and secrets are named by their content',
    apply: (spec) =>
      changeContainer(spec, ({ Configs: configs, Secrets: secrets, ...container }) => ({
        ...container,
        ...(configs === undefined ? {} : { Configs: versioned(configs, 'ConfigName') }),
        ...(secrets === undefined ? {} : { Secrets: versioned(secrets, 'SecretName') }),
      })),
  },
  {
    name: 'Labels of volumes',
    apply: (spec) =>
      changeContainer(spec, ({ Mounts: mounts, ...container }) => ({
        ...container,
        ...(mounts === undefined ? {} : { Mounts: (mounts as readonly Spec[]).map(labelled) }),
      })),
  },
];

/** What is external keeps its name. */
function versioned(files: unknown, key: string): readonly Spec[] {
  const named = (file: Spec): string => String(file[key]);
  return (files as readonly Spec[]).map((file) =>
    named(file).startsWith('STACK_') ? { ...file, [key]: `${named(file)}-DIGEST` } : file,
  );
}

function labelled(mount: Spec): Spec {
  const options = mount['VolumeOptions'] as Spec | undefined;
  if (options?.['Labels'] === undefined) return mount;
  const labels = { ...(options['Labels'] as object), 'tidegate.stack': 'STACK', 'tidegate.object': 'volume' };
  return { ...mount, VolumeOptions: { ...options, Labels: labels } };
}

function sorted(networks: readonly { readonly Target: string }[]): readonly { readonly Target: string }[] {
  return [...networks].sort((a, b) => (a.Target < b.Target ? -1 : 1));
}

function changeTask(spec: Spec, change: (task: Spec) => Spec): Spec {
  return { ...spec, TaskTemplate: change(spec['TaskTemplate'] as Spec) };
}

function changeContainer(spec: Spec, change: (container: Spec) => Spec): Spec {
  return changeTask(spec, (task) => ({ ...task, ContainerSpec: change(task['ContainerSpec'] as Spec) }));
}

function without(spec: Spec, ...keys: readonly string[]): Spec {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)));
}
