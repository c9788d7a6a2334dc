/**
 * The cluster around the release engine: slots whose tasks come up as their image allows, and edges that learn
 * the routes some time later, or not at all. What is true here, and not what anybody reports, is what the
 * invariants are held against.
 */
import { gunzipSync } from 'node:zlib';
import {
  labels,
  names,
  parseSlotKey,
  slotServiceName,
  type SlotKey,
} from '../../../../agent/common/names.ts';
import { edgePaths } from '../../../../agent/edge/wire.ts';
import { openLedger } from '../../../../agent/swarm/ledger/ledger.ts';
import { parseRoutes, type Routes } from '../../../../agent/swarm/ledger/routes.ts';
import { releaseRecord, type ReleaseRecord } from '../../../../agent/swarm/ledger/release.ts';
import type { ServiceObject, Stored } from '../../../../agent/swarm/port.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { aNode, aTask, FakeCluster, type Write } from '../../../support/fake-swarm.ts';
import { ModelEdge } from './edge.ts';
import { Invariants } from './invariants.ts';
import { ModelJobs } from './jobs.ts';
import { ModelMesh } from './mesh.ts';
import { randomOf, type Random } from './random.ts';

export const stack = 'shop-dev';

/** How the tasks of an image behave: they come up; never healthy; exit; healthy for a while, then never again. */
export type Nature = 'good' | 'never' | 'crash' | 'flaky';

interface Running {
  readonly task: string;
  healthyFrom: number;
  healthyUntil: number;
}

export class World {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly cluster: FakeCluster;
  readonly edges: ModelEdge[];
  readonly mesh: ModelMesh;
  readonly jobs: ModelJobs;
  /** `api` is called by its name alone, and `web` from time to time. */
  readonly hasInside: boolean;
  readonly invariants: Invariants;
  /** Records by number, kept also after the ledger has dropped them. */
  readonly releases = new Map<number, ReleaseRecord>();
  readonly natures = new Map<string, Nature>();
  /** Agents that run, by their names as drivers. */
  readonly livingDrivers = new Set<string>();
  /** Servers by the id of the slot's service. */
  readonly #running = new Map<string, Running[]>();

  constructor(seed: number, edges: number, hasInside = false) {
    this.hasInside = hasInside;
    this.random = randomOf(seed);
    this.cluster = new FakeCluster(() => this.clock.now());
    const ids = Array.from({ length: edges }, (_, index) => `n${index + 1}`);
    this.cluster.nodes = ids.map((id) => aNode(id));
    this.invariants = new Invariants(this);
    this.jobs = new ModelJobs(this);
    this.cluster.onWrite = (write) => {
      this.#remember(write);
      this.#live(write);
      this.invariants.check(write);
    };
    this.mesh = new ModelMesh(this);
    this.cluster.putService(undefined, edgeSpec());
    this.edges = ids.map((id) => new ModelEdge(this, id));
  }

  async setUp(): Promise<void> {
    const ledger = openLedger(this.cluster.view(), stack);
    await ledger.acks.create();
    await ledger.keys.create();
    await ledger.routes.create();
  }

  /** Every edge, and every task of the mesh that still has somebody to answer. */
  doors(): readonly ModelEdge[] {
    return [...this.edges, ...this.mesh.tasks];
  }

  routes(): Stored<Routes> {
    const object = this.cluster.config(names.routes(stack));
    if (!object) throw new Error('the world has no routes');
    const { id, version, labels: text } = object;
    return { id, version, value: parseRoutes(object.name, text) };
  }

  slotService(slot: SlotKey): ServiceObject | undefined {
    const parsed = parseSlotKey(slot);
    return parsed && this.cluster.service(slotServiceName(stack, parsed.service, parsed.colour));
  }

  natureOf(slot: SlotKey): Nature {
    const image = this.slotService(slot)?.spec.TaskTemplate.ContainerSpec.Image ?? '';
    return this.natures.get(image) ?? 'good';
  }

  /** Servers of the slot that answered well `ago` ms before now. */
  healthy(slot: SlotKey, ago = 0): number {
    const at = this.clock.monotonic() - ago;
    const all = [...this.#running.entries()].filter(([, servers]) => servers.length > 0);
    const parsed = parseSlotKey(slot);
    const name = parsed && slotServiceName(stack, parsed.service, parsed.colour);
    return all
      .filter(([key]) => key.startsWith(`${name ?? ''} `))
      .flatMap(([, servers]) => servers)
      .filter((server) => server.healthyFrom <= at && at < server.healthyUntil).length;
  }

  /** What the slot runs now. */
  imageOf(slot: SlotKey): string {
    return this.slotService(slot)?.spec.TaskTemplate.ContainerSpec.Image ?? '';
  }

  #remember({ what, name, after }: Write): void {
    if (what !== 'config' || !after || !name.startsWith(names.release(stack, 0).slice(0, -1))) return;
    const record = releaseRecord.parse(
      JSON.parse(gunzipSync(this.cluster.config(name)?.data ?? Buffer.alloc(0)).toString()),
    );
    this.releases.set(record.number, record);
  }

  #live(write: Write): void {
    if (write.what !== 'service' || write.name === names.edge(stack)) return;
    if (write.name === names.mesh(stack)) {
      this.mesh.changed(write.before, write.after);
      return;
    }
    const { before, after } = write;
    if ((after ?? before)?.spec.Mode.ReplicatedJob) {
      this.jobs.changed(before, after);
      return;
    }
    if (!before && after) this.jobs.slotFilled(after.labels[labels.release]);
    const had = replicasOf(before);
    const has = replicasOf(after);
    if (after && has > had) this.#start(after, has);
    if (before && has < had) this.#stop(before);
    if (!after && before) this.cluster.tasks = this.cluster.tasks.filter((t) => t.serviceId !== before.id);
  }

  #start(service: ServiceObject, replicas: number): void {
    const image = service.spec.TaskTemplate.ContainerSpec.Image;
    const nature = this.natures.get(image) ?? 'good';
    const servers: Running[] = [];
    this.#running.set(`${service.name} ${service.id}`, servers);
    for (let slot = 1; slot <= replicas; slot += 1) {
      const id = this.cluster.id('task');
      const at = this.clock.monotonic() + this.random.between(50, 700);
      const forever = Number.POSITIVE_INFINITY;
      this.cluster.tasks.push(aTask(id, { serviceId: service.id, slot, image, state: 'starting' }));
      if (nature === 'crash') this.#crash(service.id, id, 3);
      else this.clock.at(this.random.between(20, 300), () => this.#setTask(id, 'running'));
      servers.push({
        task: id,
        healthyFrom: nature === 'good' || nature === 'flaky' ? at : forever,
        healthyUntil: nature === 'flaky' ? at + this.random.between(50, 3_000) : forever,
      });
    }
  }

  #crash(serviceId: string, id: string, times: number): void {
    this.clock.at(this.random.between(20, 200), () => {
      this.#setTask(id, 'failed');
      if (times <= 1 || !this.cluster.services.has(serviceId)) return;
      const next = this.cluster.id('task');
      this.cluster.tasks.push(aTask(next, { serviceId, state: 'starting' }));
      this.#crash(serviceId, next, times - 1);
    });
  }

  #stop(service: ServiceObject): void {
    for (const server of this.#running.get(`${service.name} ${service.id}`) ?? []) {
      server.healthyUntil = Math.min(server.healthyUntil, this.clock.monotonic());
      this.clock.at(this.random.between(20, 300), () => this.#setTask(server.task, 'shutdown'));
    }
  }

  #setTask(id: string, state: string): void {
    this.cluster.tasks = this.cluster.tasks.map((task) => (task.id === id ? { ...task, state } : task));
  }
}

export function replicasOf(service: ServiceObject | undefined): number {
  return service?.spec.Mode.Replicated?.Replicas ?? 0;
}

function edgeSpec(): ServiceObject['spec'] {
  return {
    Name: names.edge(stack),
    Labels: { [labels.stack]: stack, [labels.object]: 'edge' },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'edge',
        Configs: [{ ConfigID: 'lua', ConfigName: 'lua', File: { Name: edgePaths.lua } }],
      },
      Networks: [{ Target: 'n1' }, { Target: 'n2' }],
    },
    Mode: { Global: {} },
  };
}
