/** A cluster in memory that keeps the promises of the port: versions, conflicts, events. */
import { failure } from '../../agent/common/errors.ts';
import type {
  ClusterEvent,
  ClusterNode,
  ConfigObject,
  NetworkObject,
  SecretObject,
  ServiceObject,
  ServiceSpec,
  Swarm,
  Task,
} from '../../agent/swarm/port.ts';

export type Labels = Readonly<Record<string, string>>;

export type Write =
  | {
      readonly what: 'config';
      readonly name: string;
      readonly before: Labels | undefined;
      readonly after: Labels | undefined;
    }
  | {
      readonly what: 'service';
      readonly name: string;
      readonly before: ServiceObject | undefined;
      readonly after: ServiceObject | undefined;
    };

/** Who looks at the cluster: what happens around its calls. */
export interface Caller {
  /** Runs before a call has its effect. */
  before(): Promise<void>;
  /** Runs between the effect and the answer. */
  after(): Promise<void>;
  /** Brings an event to the caller. */
  deliver(tell: () => void): void;
}

export const promptCaller: Caller = {
  before: () => Promise.resolve(),
  after: () => Promise.resolve(),
  deliver: (tell) => {
    tell();
  },
};

export class FakeCluster {
  readonly configs = new Map<string, ConfigObject>();
  readonly services = new Map<string, ServiceObject>();
  readonly networks = new Map<string, NetworkObject>();
  readonly secrets = new Map<string, SecretObject & { readonly data: string }>();
  readonly images = new Set<string>();
  /** Digests of manifests by what names them. */
  readonly registry = new Map<string, string>();
  nodes: readonly ClusterNode[] = [aNode('n1')];
  tasks: Task[] = [];
  /** Called right after every write. */
  onWrite: (write: Write) => void = () => undefined;
  readonly #watchers = new Set<(event: ClusterEvent) => void>();
  readonly #now: () => number;
  #version = 10;
  #ids = 0;

  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  view(caller: Caller = promptCaller): Swarm {
    return new View(this, caller);
  }

  id(kind: string): string {
    this.#ids += 1;
    return `${kind}${this.#ids}`;
  }

  config(name: string): ConfigObject | undefined {
    return [...this.configs.values()].find((config) => config.name === name);
  }

  service(name: string): ServiceObject | undefined {
    return [...this.services.values()].find((service) => service.name === name);
  }

  createConfig(name: string, data: Uint8Array | string, labels: Labels): string {
    if (this.config(name)) throw conflict(name);
    const id = this.id('config');
    const at = new Date(this.#now()).toISOString();
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const config = {
      id,
      version: this.#next(),
      name,
      labels: { ...labels },
      data: bytes,
      createdAt: at,
      updatedAt: at,
    };
    this.configs.set(id, config);
    this.#tell({ what: 'config', name, before: undefined, after: labels }, 'create', id);
    return id;
  }

  setLabels(seen: ConfigObject, labels: Labels): void {
    const config = this.configs.get(seen.id);
    if (config?.version !== seen.version) throw conflict(seen.name);
    const updatedAt = new Date(this.#now()).toISOString();
    this.configs.set(seen.id, { ...config, labels: { ...labels }, version: this.#next(), updatedAt });
    this.#tell(
      { what: 'config', name: config.name, before: config.labels, after: labels },
      'update',
      config.id,
    );
  }

  removeConfig(id: string): void {
    const config = this.configs.get(id);
    if (!config) return;
    this.configs.delete(id);
    this.#tell({ what: 'config', name: config.name, before: config.labels, after: undefined }, 'remove', id);
  }

  putService(before: ServiceObject | undefined, spec: ServiceSpec): string {
    const known = this.service(spec.Name);
    if (known?.version !== before?.version) throw conflict(spec.Name);
    const id = before?.id ?? this.id('service');
    const after = { id, version: this.#next(), name: spec.Name, labels: spec.Labels, spec };
    this.services.set(id, after);
    this.#tell({ what: 'service', name: spec.Name, before, after }, before ? 'update' : 'create', id);
    return id;
  }

  removeService(id: string): void {
    const before = this.services.get(id);
    if (!before) return;
    const forgotten = this.tasks.find(
      ({ serviceId, desired, state }) => serviceId === id && desired === 'remove' && state !== 'running',
    );
    // Engine 20.10, now and then: its manager dies (agent/swarm/remove-service.ts).
    if (forgotten) throw new Error(`${before.name} is removed while ${forgotten.id} is being forgotten`);
    this.services.delete(id);
    this.#tell({ what: 'service', name: before.name, before, after: undefined }, 'remove', id);
  }

  watch(onEvent: (event: ClusterEvent) => void): () => void {
    this.#watchers.add(onEvent);
    return () => this.#watchers.delete(onEvent);
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }

  #tell(write: Write, action: string, id: string): void {
    this.onWrite(write);
    for (const watcher of [...this.#watchers]) watcher({ type: write.what, action, id, name: write.name });
  }
}

export function aNode(id: string, change: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id,
    name: `node-${id}`,
    address: '10.0.0.1',
    role: 'manager',
    availability: 'active',
    state: 'ready',
    ...change,
  };
}

export function aTask(id: string, change: Partial<Task> = {}): Task {
  return {
    id,
    serviceId: 's',
    nodeId: 'n1',
    slot: 1,
    state: 'running',
    desired: 'running',
    message: 'started',
    error: undefined,
    exitCode: undefined,
    containerId: undefined,
    image: '',
    addresses: [],
    addressOn: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}

function conflict(name: string): Error {
  return failure('swarm.conflict', { message: `${name} was changed by somebody else.` });
}

function matches(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

class View implements Swarm {
  readonly #cluster: FakeCluster;
  readonly #caller: Caller;

  constructor(cluster: FakeCluster, caller: Caller) {
    this.#cluster = cluster;
    this.#caller = caller;
  }

  async #call<T>(effect: (cluster: FakeCluster) => T): Promise<T> {
    await this.#caller.before();
    try {
      return effect(this.#cluster);
    } finally {
      await this.#caller.after();
    }
  }

  info(): ReturnType<Swarm['info']> {
    return this.#call(() => ({
      engine: 'fake',
      engineVersion: '20.10',
      apiVersion: '1.41',
      clusterId: 'c',
      nodeId: 'n1',
      cpus: 1,
      memory: 1,
    }));
  }

  nodes(): ReturnType<Swarm['nodes']> {
    return this.#call((cluster) => cluster.nodes);
  }

  readonly configs: Swarm['configs'] = {
    get: (name) => this.#call((cluster) => cluster.config(name)),
    list: (labels) =>
      this.#call((cluster) =>
        [...cluster.configs.values()].filter((config) => matches(config.labels, labels)),
      ),
    create: (name, data, labels) => this.#call((cluster) => cluster.createConfig(name, data, labels)),
    updateLabels: (config, labels) =>
      this.#call((cluster) => {
        cluster.setLabels(config, labels);
      }),
    remove: (id) =>
      this.#call((cluster) => {
        cluster.removeConfig(id);
      }),
  };

  readonly secrets: Swarm['secrets'] = {
    get: (name) =>
      this.#call((cluster) => {
        const found = [...cluster.secrets.values()].find((secret) => secret.name === name);
        return found && { id: found.id, name, labels: found.labels };
      }),
    list: (labels) =>
      this.#call((cluster) =>
        [...cluster.secrets.values()]
          .filter((secret) => matches(secret.labels, labels))
          .map(({ id, name, labels: own }) => ({ id, name, labels: own })),
      ),
    create: (name, data, labels) =>
      this.#call((cluster) => {
        if ([...cluster.secrets.values()].some((secret) => secret.name === name)) throw conflict(name);
        const id = cluster.id('secret');
        cluster.secrets.set(id, { id, name, labels: { ...labels }, data: Buffer.from(data).toString() });
        return id;
      }),
    remove: (id) =>
      this.#call((cluster) => {
        cluster.secrets.delete(id);
      }),
  };

  readonly services: Swarm['services'] = {
    get: (name) => this.#call((cluster) => cluster.service(name)),
    list: (labels) =>
      this.#call((cluster) =>
        [...cluster.services.values()].filter((service) => matches(service.labels, labels)),
      ),
    create: (spec) => this.#call((cluster) => cluster.putService(undefined, spec)),
    update: (service, spec) =>
      this.#call((cluster) => {
        cluster.putService(service, spec);
      }),
    remove: (id) =>
      this.#call((cluster) => {
        cluster.removeService(id);
      }),
    logs: () => Promise.resolve([]),
    follow: () => Promise.resolve(),
  };

  readonly tasks: Swarm['tasks'] = {
    list: ({ service, node }) =>
      this.#call((cluster) => {
        const id = service === undefined ? undefined : cluster.service(service)?.id;
        return cluster.tasks.filter(
          (task) =>
            (service === undefined || task.serviceId === id) && (node === undefined || task.nodeId === node),
        );
      }),
    inspectContainer: () => Promise.resolve(undefined),
  };

  readonly networks: Swarm['networks'] = {
    list: (labels) =>
      this.#call((cluster) =>
        [...cluster.networks.values()].filter((network) => matches(network.labels, labels)),
      ),
    ensure: (name, labels) =>
      this.#call((cluster) => {
        const known = cluster.networks.get(name) ?? { id: cluster.id('network'), name, labels };
        cluster.networks.set(name, known);
        return known.id;
      }),
    remove: (id) =>
      this.#call((cluster) => {
        for (const network of cluster.networks.values())
          if (network.id === id) cluster.networks.delete(network.name);
      }),
  };

  readonly images: Swarm['images'] = {
    get: (ref) =>
      this.#call((cluster) =>
        cluster.images.has(ref) ? { id: ref, tags: [], digests: [], labels: {} } : undefined,
      ),
    list: () => Promise.resolve([]),
    tag: () => Promise.resolve(),
    untag: () => Promise.resolve(),
    pull: () => Promise.resolve(),
  };

  readonly registry: Swarm['registry'] = {
    check: () => Promise.resolve(),
    digest: (ref) => this.#call((cluster) => cluster.registry.get(ref)),
    push: (ref) =>
      this.#call((cluster) => {
        const digest = `sha256:${'d'.repeat(64)}`;
        cluster.registry.set(ref, digest);
        return digest;
      }),
  };

  readonly volumes: Swarm['volumes'] = { list: () => Promise.resolve([]), remove: () => Promise.resolve() };

  watch(onEvent: (event: ClusterEvent) => void, onGap: () => void): () => void {
    this.#caller.deliver(onGap);
    return this.#cluster.watch((event) => {
      this.#caller.deliver(() => {
        onEvent(event);
      });
    });
  }
}
