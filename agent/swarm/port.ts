/**
 * The cluster as the rest of the agent sees it: a narrow port over the Docker API, with our own small shapes.
 * Implemented by `docker-swarm.ts` over dockerode. Every method throws a TidegateError (`engine.*`, `swarm.*`)
 * and nothing else; a lost connection is retried inside for `reconnectMs` where repeating is harmless.
 */

/** A value of the cluster with the version a compare-and-swap needs. */
export interface Stored<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
}

export interface ClusterInfo {
  /** Name of the engine, for messages. */
  readonly engine: string;
  readonly engineVersion: string;
  readonly apiVersion: string;
  readonly clusterId: string;
  readonly nodeId: string;
  /** Cores and bytes of this engine's machine. */
  readonly cpus: number;
  readonly memory: number;
}

export interface ClusterNode {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly role: 'manager' | 'worker';
  readonly availability: 'active' | 'pause' | 'drain';
  readonly state: 'ready' | 'down' | 'unknown' | 'disconnected';
}

export interface ConfigObject {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
  readonly createdAt: string;
  /** Time of the last label change by the clock of the cluster's leader (RFC 3339). */
  readonly updatedAt: string;
}

/** A Swarm secret: its content can be mounted into tasks, and read by nobody. */
export interface SecretObject {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Docker's ServiceSpec, as the API takes it. Only the parts Tidegate reads are typed; the rest is passed on
 * as it is (`TaskTemplate.ContainerSpec` of a compose service has dozens of fields).
 */
export interface ServiceSpec {
  Name: string;
  Labels: Record<string, string>;
  TaskTemplate: TaskTemplate;
  Mode: {
    Replicated?: { Replicas: number };
    Global?: Record<string, never>;
    /** Tasks that run once. Since engine 20.10. */
    ReplicatedJob?: { MaxConcurrent: number; TotalCompletions: number };
  };
  UpdateConfig?: Record<string, unknown>;
  RollbackConfig?: Record<string, unknown>;
  EndpointSpec?: { Mode?: 'vip' | 'dnsrr'; Ports?: readonly PortSpec[] };
}

export interface TaskTemplate {
  ContainerSpec: ContainerSpec;
  Resources?: Record<string, unknown>;
  RestartPolicy?: Record<string, unknown>;
  Placement?: Record<string, unknown>;
  Networks?: readonly { Target: string; Aliases?: readonly string[] }[];
  LogDriver?: Record<string, unknown>;
  ForceUpdate?: number;
}

export interface ContainerSpec {
  Image: string;
  Labels?: Record<string, string>;
  Env?: readonly string[];
  Command?: readonly string[];
  Args?: readonly string[];
  Healthcheck?: Record<string, unknown>;
  /** Nanoseconds. */
  StopGracePeriod?: number;
  [key: string]: unknown;
}

export interface PortSpec {
  readonly Protocol: 'tcp' | 'udp';
  readonly TargetPort: number;
  readonly PublishedPort: number;
  readonly PublishMode: 'host' | 'ingress';
}

export interface ServiceObject {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: ServiceSpec;
}

export interface Task {
  readonly id: string;
  readonly serviceId: string;
  readonly nodeId: string;
  readonly slot: number | undefined;
  /** Docker's task state: `new`, `pending`, …, `running`, `complete`, `failed`, `rejected`, `shutdown`, … */
  readonly state: string;
  readonly desired: string;
  /** What the state says about itself, and the error of a failed task. */
  readonly message: string;
  readonly error: string | undefined;
  readonly exitCode: number | undefined;
  readonly containerId: string | undefined;
  /** The image the task was given: `sha256:…`, `name@sha256:…` or a tag. */
  readonly image: string;
  /** Bare IPv4 addresses on its networks. */
  readonly addresses: readonly string[];
  /** The same by the id of the network. */
  readonly addressOn: Readonly<Record<string, string>>;
  /** What it is called on its networks, besides the name of its service. */
  readonly aliases?: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NetworkObject {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What goes from one node to another is encrypted. */
  readonly encrypted?: boolean;
  /** Of the whole Swarm, and so one that services can be on. */
  readonly overlay?: boolean;
  /** CIDR; none before Swarm has given it addresses. */
  readonly subnets?: readonly string[];
  /** Without a way out of the Swarm. */
  readonly internal?: boolean;
  /** Plain containers may join it. */
  readonly attachable?: boolean;
  readonly options?: Readonly<Record<string, string>>;
}

/** Only when it is made: a network cannot become another one. */
export interface NetworkOptions {
  readonly encrypted?: boolean;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  /** Of the driver. */
  readonly options?: Readonly<Record<string, string>>;
  /** CIDR; without them a free one is found. Throws `engine.failed` when another network has one of them. */
  readonly subnets?: readonly string[];
}

export interface ImageObject {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ClusterEvent {
  readonly type: 'config' | 'service' | 'node' | 'container' | 'network';
  readonly action: string;
  readonly id: string;
  readonly name: string;
}

export interface LogLine {
  readonly at: string;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What the newest health checks and the container's state say, where its engine is the one we talk to. */
export interface ContainerReport {
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly probe: { readonly exitCode: number; readonly output: string } | undefined;
}

export interface Unsubscribe {
  (): void;
}

export interface Swarm {
  /** Throws `swarm.inactive` or `swarm.not-a-manager` where the cluster cannot be managed from here. */
  info(): Promise<ClusterInfo>;
  nodes(): Promise<readonly ClusterNode[]>;

  readonly configs: {
    get(name: string): Promise<ConfigObject | undefined>;
    list(labels: Readonly<Record<string, string>>): Promise<readonly ConfigObject[]>;
    /** Throws `swarm.conflict` when the name is taken. At most 1,000 KB of data. */
    create(
      name: string,
      data: Uint8Array | string,
      labels: Readonly<Record<string, string>>,
    ): Promise<string>;
    /** Compare-and-swap of all labels. Throws `swarm.conflict` when `version` is not the newest. */
    updateLabels(config: ConfigObject, labels: Readonly<Record<string, string>>): Promise<void>;
    /** Removing what is not there is fine. */
    remove(id: string): Promise<void>;
  };

  readonly secrets: {
    get(name: string): Promise<SecretObject | undefined>;
    list(labels: Readonly<Record<string, string>>): Promise<readonly SecretObject[]>;
    /** Throws `swarm.conflict` when the name is taken. At most 500 KB. */
    create(
      name: string,
      data: Uint8Array | string,
      labels: Readonly<Record<string, string>>,
    ): Promise<string>;
    /** Removing what is not there is fine; what a service mounts cannot be removed (`engine.failed`). */
    remove(id: string): Promise<void>;
  };

  readonly services: {
    get(name: string): Promise<ServiceObject | undefined>;
    list(labels: Readonly<Record<string, string>>): Promise<readonly ServiceObject[]>;
    /**
     * Never asks a registry; nodes get the user's login for the image's one. Throws `swarm.conflict` when the name is taken.
     */
    create(spec: ServiceSpec): Promise<string>;
    /**
     * The login that nodes have stays as it is, unless there is a new image. Throws `swarm.conflict` when `service.version` is
     * not the newest.
     */
    update(service: ServiceObject, spec: ServiceSpec): Promise<void>;
    remove(id: string): Promise<void>;
    logs(serviceId: string, options: { readonly tail: number }): Promise<readonly LogLine[]>;
    /** Follows until the signal aborts or the service is gone. */
    follow(
      serviceId: string,
      options: { readonly tail: number; readonly signal: AbortSignal },
      onLine: (line: LogLine) => void,
    ): Promise<void>;
  };

  readonly tasks: {
    list(filter: { readonly service?: string; readonly node?: string }): Promise<readonly Task[]>;
    /** `undefined` when the container is not on the engine we talk to. */
    inspectContainer(containerId: string): Promise<ContainerReport | undefined>;
  };

  readonly networks: {
    list(labels: Readonly<Record<string, string>>): Promise<readonly NetworkObject[]>;
    /** Creates the overlay (a /20 out of the engine's pools that overlaps none) unless it is there. Returns its id. */
    ensure(name: string, labels: Readonly<Record<string, string>>, options?: NetworkOptions): Promise<string>;
    /** Retries for a few seconds while tasks still leave it. */
    remove(id: string): Promise<void>;
  };

  readonly images: {
    get(ref: string): Promise<ImageObject | undefined>;
    list(labels: Readonly<Record<string, string>>): Promise<readonly ImageObject[]>;
    tag(id: string, repository: string, tag: string): Promise<void>;
    /** Removes a tag (and the image when it was the last one); what is not there or in use is left alone. */
    untag(ref: string): Promise<void>;
    /** Pulls from a registry; throws `image.missing` when it cannot be had, `registry.*` when the registry is in the way. */
    pull(ref: string, signal?: AbortSignal): Promise<void>;
  };

  /** Asked through the engine, with the user's login. All throw `registry.*` with the registry's words. */
  readonly registry: {
    /** Whether the registry of a reference answers, and takes the login if docker has one for it. */
    check(ref: string): Promise<void>;
    /** Digest of the manifest that a reference names; `undefined` when the registry has no such thing. */
    digest(ref: string): Promise<string | undefined>;
    /** Pushes what the engine has under this tag. Gives the manifest's digest. */
    push(
      ref: string,
      options: { readonly signal: AbortSignal; readonly onLine: (line: string) => void },
    ): Promise<string>;
  };

  readonly volumes: {
    /** Names of the volumes that carry all these labels. */
    list(labels: Readonly<Record<string, string>>): Promise<readonly string[]>;
    remove(name: string): Promise<void>;
  };

  /**
   * Calls `onEvent` for each event until unsubscribed. `onGap` is called when the subscription stands (also
   * for the first time) and after each reconnect: whatever happened before was perhaps not reported.
   */
  watch(onEvent: (event: ClusterEvent) => void, onGap: () => void): Unsubscribe;
}
