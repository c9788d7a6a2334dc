/** The service of the mesh: new tasks before the old ones go, and old ones that take their time. */
import { meshNames } from '../../../../agent/edge/services.ts';
import type { ServiceObject } from '../../../../agent/swarm/port.ts';
import { ModelEdge } from './edge.ts';
import type { World } from './world.ts';

const replicas = 2;

export class ModelMesh {
  /** Those that answer somebody, be they on their way out. */
  tasks: readonly ModelEdge[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  changed(before: ServiceObject | undefined, after: ServiceObject | undefined): void {
    if (!after) throw new Error('nobody takes the mesh away here');
    const old = this.tasks.filter((task) => !task.isLeaving);
    this.#world.invariants.tell(`the mesh is called ${meshNames(after.spec).join(' ')}`);
    if (before && meshNames(before.spec).join() === meshNames(after.spec).join()) return;
    for (let index = 0; index < replicas; index += 1) this.#start(after, old[index]);
  }

  /** In its own time; then the one it replaces is to go. */
  #start(service: ServiceObject, former: ModelEdge | undefined): void {
    const { clock, random, edges } = this.#world;
    clock.at(random.between(50, 600), () => {
      const node = edges[random.between(0, edges.length - 1)]?.node ?? '';
      const task = new ModelEdge(this.#world, node, { aliases: meshNames(service.spec) });
      this.tasks = [...this.tasks, task];
      if (former) this.#replace(former, task);
    });
  }

  #replace(former: ModelEdge, task: ModelEdge): void {
    const { clock, random } = this.#world;
    if (!task.applied) {
      clock.at(100, () => {
        this.#replace(former, task);
      });
      return;
    }
    former.leave();
    clock.at(random.between(0, 1_500), () => {
      former.end();
      this.tasks = this.tasks.filter((one) => one !== former);
      this.#world.invariants.doorGone();
    });
  }
}
