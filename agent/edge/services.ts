/**
 * The services Tidegate itself runs in a Swarm, as pure specs. Equal options give an equal spec: setup
 * compares the digest in the label `tidegate.spec` and touches a service only when it differs.
 */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import { labels, names } from '../common/names.ts';
import type { PortSpec, ServiceSpec } from '../swarm/port.ts';
import { renderBaseConfig } from './base-config.ts';
import type { Door } from './door.ts';
import { readyCheck, renderMeshConfig } from './mesh-config.ts';
import { controlPort, edgePaths, edgePorts, flagsHost, meshVariable, namedVariable } from './wire.ts';

/** A file that is mounted into tasks as a Swarm config; its name changes with its content. */
export interface MountedFile {
  readonly name: string;
  readonly data: string;
  /** Absolute path in the container. */
  readonly target: string;
}

/** A file that has been created in the Swarm. */
export interface MountedConfig {
  readonly id: string;
  readonly name: string;
  readonly target: string;
}

type FileKind = Parameters<typeof names.file>[1];

function mountedFile(stack: string, kind: FileKind, target: string, data: string): MountedFile {
  return { name: names.file(stack, kind, sha256(data).slice(0, 12)), data, target };
}

/** `lua`: text of `edge.lua`. */
export function edgeFiles(options: {
  readonly stack: string;
  readonly lua: string;
  readonly door?: Door;
}): readonly MountedFile[] {
  const { stack, lua, door } = options;
  return [
    mountedFile(stack, 'edge-config', edgePaths.config, renderBaseConfig({ stack, ...(door && { door }) })),
    mountedFile(stack, 'edge-task', edgePaths.lua, lua),
  ];
}

/** Besides the edge's Lua task, which it runs as well. */
export function meshFile(stack: string): MountedFile {
  return mountedFile(stack, 'mesh-config', edgePaths.config, renderMeshConfig({ stack }));
}

const controlPath = '/tidegate/control.cjs';

/** `bundle`: text of `control.cjs`, below 900 KB. */
export function controlFiles(options: {
  readonly stack: string;
  readonly bundle: string;
}): readonly MountedFile[] {
  return [mountedFile(options.stack, 'control', controlPath, options.bundle)];
}

const seconds = 1_000_000_000;
const mebibytes = 1024 * 1024;

export interface EdgeServiceOptions {
  readonly stack: string;
  readonly image: string;
  /** Port on every node; without it, `behind`. */
  readonly httpPort?: number | undefined;
  /** Likewise; without it there is no HTTPS. */
  readonly httpsPort?: number | undefined;
  readonly configs: readonly MountedConfig[];
  /** Ids of the overlay networks. */
  readonly networks: { readonly edge: string; readonly control: string };
  /** Instead of ports: where a proxy of somebody else's finds it. */
  readonly behind?: Behind | undefined;
}

export interface Behind {
  /** Id of the overlay network that it shares with that proxy. */
  readonly network: string;
  /** For a proxy that reads labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/** HAProxy alone, on every node: on the node's own port, or behind somebody else's proxy. */
export function edgeServiceSpec(options: EdgeServiceOptions): ServiceSpec {
  return withDigest(options.behind ? namedEdge(options, options.behind) : publishedEdge(options));
}

/**
 * No port of a node is in the way, so its tasks are exchanged as those of the mesh are: the next one gets the name when it
 * can serve, and the former one then loses it, and ends when its connections have.
 */
function namedEdge(options: EdgeServiceOptions, { network, labels: given }: Behind): ServiceSpec {
  const spec = publishedEdge({ ...options, httpPort: undefined, httpsPort: undefined });
  const { TaskTemplate: task } = spec;
  const alias = names.edgeAlias(options.stack);
  return {
    ...spec,
    Labels: { ...given, ...spec.Labels },
    TaskTemplate: {
      ...task,
      ContainerSpec: {
        ...task.ContainerSpec,
        Env: [...(task.ContainerSpec.Env ?? []), `${namedVariable}=1`],
        Healthcheck: readiness,
        StopGracePeriod: 30 * seconds,
      },
      Networks: [...(task.Networks ?? []), { Target: network, Aliases: [alias] }],
    },
    // All at once: none of the old ones goes before its successor can serve.
    UpdateConfig: { ...spec.UpdateConfig, Parallelism: 0, Order: 'start-first' },
  };
}

function publishedEdge(options: EdgeServiceOptions): ServiceSpec {
  const { stack, networks } = options;
  return {
    Name: names.edge(stack),
    Labels: ownLabels(stack, 'edge'),
    TaskTemplate: {
      ContainerSpec: {
        Image: options.image,
        Labels: ownLabels(stack, 'edge'),
        Command: haproxyCommand,
        Env: ['TASK={{.Task.ID}}'],
        Configs: configReferences(options.configs),
        Mounts: [stateMount],
        // Stops listening at once, then finishes what is under way. The port of the node is only free for the
        // next task when this one has ended: hence the short grace.
        StopSignal: 'SIGUSR1',
        StopGracePeriod: 2 * seconds,
      },
      RestartPolicy: { Condition: 'any', Delay: seconds / 10 },
      Networks: [{ Target: networks.edge, Aliases: [flagsHost] }, { Target: networks.control }],
    },
    Mode: { Global: {} },
    UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'pause', Monitor: 2 * seconds },
    EndpointSpec: {
      Mode: 'dnsrr',
      Ports: [
        ...publishedPort(edgePorts.public, options.httpPort),
        ...publishedPort(edgePorts.tls, options.httpsPort),
      ],
    },
  };
}

/** Not the image's entry point: it differs between images, this does not. `-f` of a folder reads its *.cfg. */
const haproxyCommand = [
  ...['haproxy', '-W', '-db', '-S', edgePaths.master],
  ...['-f', edgePaths.config, '-f', edgePaths.state],
];

/** HAProxy itself is asked, for it is the one program that every image has. */
const readiness = {
  Test: readyCheck,
  Interval: 2 * seconds,
  Timeout: 10 * seconds,
  Retries: 5,
  StartPeriod: 60 * seconds,
};

const stateMount = {
  Type: 'tmpfs',
  Target: edgePaths.state,
  TmpfsOptions: { SizeBytes: 16 * mebibytes, Mode: 0o1777 },
};

export interface MeshServiceOptions {
  readonly stack: string;
  readonly image: string;
  readonly configs: readonly MountedConfig[];
  readonly networks: { readonly edge: string; readonly control: string };
  /** What services are called inside. */
  readonly names: readonly string[];
}

/**
 * The edge inside. Its names are part of its tasks, so a new name takes new tasks: they come before the old ones go
 * (no port of a node is in the way), get the names when they can serve, and Swarm takes the names from the old ones
 * some seconds before it ends them.
 */
export function meshServiceSpec({
  stack,
  networks,
  names: aliases,
  ...options
}: MeshServiceOptions): ServiceSpec {
  return withDigest({
    Name: names.mesh(stack),
    Labels: ownLabels(stack, 'mesh'),
    TaskTemplate: {
      ContainerSpec: {
        Image: options.image,
        Labels: ownLabels(stack, 'mesh'),
        Command: haproxyCommand,
        Env: ['TASK={{.Task.ID}}', `${meshVariable}=1`],
        Configs: configReferences(options.configs),
        Mounts: [stateMount],
        Healthcheck: readiness,
        StopSignal: 'SIGUSR1',
        StopGracePeriod: 30 * seconds,
      },
      RestartPolicy: { Condition: 'any', Delay: seconds / 10 },
      Networks: [{ Target: networks.edge, Aliases: [...aliases].sort() }, { Target: networks.control }],
    },
    Mode: { Replicated: { Replicas: 2 } },
    // All at once: none of the old ones goes before its successor can serve.
    UpdateConfig: { Parallelism: 0, Order: 'start-first', FailureAction: 'pause', Monitor: seconds },
    EndpointSpec: { Mode: 'dnsrr' },
  });
}

/** What a service of the mesh is called inside, read from its spec. */
export function meshNames(spec: ServiceSpec): readonly string[] {
  return (spec.TaskTemplate.Networks ?? []).flatMap(({ Aliases = [] }) => Aliases);
}

/** On the node itself: the address that an app is told is the client's. */
function publishedPort(target: number, published: number | undefined): readonly PortSpec[] {
  if (published === undefined) return [];
  return [{ Protocol: 'tcp', TargetPort: target, PublishedPort: published, PublishMode: 'host' }];
}

/** A certificate, mounted where control finds it by its name and version (`cluster/certificates.ts`). */
export interface MountedCertificate {
  readonly secretId: string;
  readonly secretName: string;
  readonly name: string;
  readonly version: string;
}

export function certificateFile(name: string, version: string): string {
  return `certificate.${name}.${version}`;
}

/**
 * The same spec with these certificates. Not part of the digest that setup compares: they come and go without it.
 */
export function withCertificates(spec: ServiceSpec, mounted: readonly MountedCertificate[]): ServiceSpec {
  const Secrets = [...mounted]
    .sort((a, b) => (a.secretName < b.secretName ? -1 : 1))
    .map(({ secretId, secretName, name, version }) => ({
      SecretID: secretId,
      SecretName: secretName,
      File: { Name: certificateFile(name, version), UID: '0', GID: '0', Mode: 0o400 },
    }));
  const { TaskTemplate } = spec;
  const ContainerSpec = { ...TaskTemplate.ContainerSpec, Secrets };
  return { ...spec, TaskTemplate: { ...TaskTemplate, ContainerSpec } };
}

/** Ids of the secrets a spec mounts. */
export function mountedSecrets(spec: ServiceSpec): readonly string[] {
  const secrets = spec.TaskTemplate.ContainerSpec['Secrets'] as readonly { SecretID: string }[] | undefined;
  return (secrets ?? []).map(({ SecretID }) => SecretID).sort();
}

export interface ControlServiceOptions {
  readonly stack: string;
  readonly image: string;
  readonly configs: readonly MountedConfig[];
  /** Id of the overlay network it shares with edges. */
  readonly network: string;
  /** Managers of the Swarm. */
  readonly managers: number;
  /** Path of the engine's socket on managers. Default `/var/run/docker.sock`. */
  readonly socket?: string;
}

/** A plain Node image with our bundle, on managers, with the engine's socket. */
export function controlServiceSpec(options: ControlServiceOptions): ServiceSpec {
  const { stack } = options;
  return withDigest({
    Name: names.control(stack),
    Labels: ownLabels(stack, 'control'),
    TaskTemplate: {
      ContainerSpec: {
        Image: options.image,
        Labels: ownLabels(stack, 'control'),
        Command: ['node', '--max-old-space-size=160', controlPath],
        Env: [`STACK=${stack}`, 'TASK={{.Task.ID}}', `PORT=${controlPort}`],
        Configs: configReferences(options.configs),
        Mounts: [
          { Type: 'bind', Source: options.socket ?? '/var/run/docker.sock', Target: '/var/run/docker.sock' },
        ],
        ReadOnly: true,
        StopSignal: 'SIGTERM',
        StopGracePeriod: 5 * seconds,
      },
      Resources: {
        Limits: { MemoryBytes: 384 * mebibytes },
        Reservations: { MemoryBytes: 64 * mebibytes },
      },
      RestartPolicy: { Condition: 'any', Delay: seconds / 5 },
      Placement: { Constraints: ['node.role==manager'] },
      Networks: [{ Target: options.network }],
    },
    Mode: { Replicated: { Replicas: options.managers >= 2 ? 2 : 1 } },
    UpdateConfig: { Parallelism: 1, Order: 'start-first', FailureAction: 'pause', Monitor: 2 * seconds },
    EndpointSpec: { Mode: 'dnsrr' },
  });
}

function ownLabels(stack: string, object: string): Record<string, string> {
  return { [labels.stack]: stack, [labels.object]: object, [labels.stackNamespace]: stack };
}

function configReferences(configs: readonly MountedConfig[]): readonly unknown[] {
  return configs.map(({ id, name, target }) => ({
    ConfigID: id,
    ConfigName: name,
    File: { Name: target, UID: '0', GID: '0', Mode: 0o444 },
  }));
}

/** The files a spec mounts. */
export function mountedConfigs(spec: ServiceSpec): readonly MountedConfig[] {
  const configs = (spec.TaskTemplate.ContainerSpec['Configs'] ?? []) as readonly {
    readonly ConfigID: string;
    readonly ConfigName: string;
    readonly File?: { readonly Name: string };
  }[];
  return configs.map(({ ConfigID, ConfigName, File }) => ({
    id: ConfigID,
    name: ConfigName,
    target: File?.Name ?? '',
  }));
}

/** On the service, not in its task template: a changed label must not restart a task. */
function withDigest(spec: ServiceSpec): ServiceSpec {
  return { ...spec, Labels: { ...spec.Labels, [labels.spec]: sha256(canonicalJson(spec)) } };
}
