/** A corner of the real Swarm for one test file: everything in it has one random stack label. */
import assert from 'node:assert/strict';
import { labels as names } from '../../../agent/common/names.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import type { OpenEngine } from '../../../agent/swarm/engine.ts';
import type { ServiceSpec, Swarm } from '../../../agent/swarm/port.ts';
import { testEngine, testStackName } from '../../support/engine.ts';

export class ScratchStack {
  readonly name = testStackName('swarm');
  readonly labels = { [names.stack]: this.name };
  readonly engine: OpenEngine;
  readonly swarm: Swarm;

  /** A Node. */
  readonly image: string;

  private constructor(engine: OpenEngine, image: string) {
    this.engine = engine;
    this.image = image;
    this.swarm = openSwarm(engine);
  }

  static async open(): Promise<ScratchStack> {
    const { connect, images } = await testEngine();
    return new ScratchStack(connect(), images.node);
  }

  /** A service that runs a line of JavaScript. */
  service(name: string, script: string): ServiceSpec {
    return {
      Name: `${this.name}_${name}`,
      Labels: this.labels,
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: {
        ContainerSpec: { Image: this.image, Command: ['node', '-e', script], StopGracePeriod: 100_000_000 },
        RestartPolicy: { Condition: 'none' },
      },
      EndpointSpec: { Mode: 'dnsrr' },
    };
  }

  async dispose(): Promise<void> {
    for (const service of await this.swarm.services.list(this.labels))
      await this.swarm.services.remove(service.id);
    for (const config of await this.swarm.configs.list(this.labels))
      await this.swarm.configs.remove(config.id);
    for (const network of await this.swarm.networks.list(this.labels))
      await this.swarm.networks.remove(network.id);
    this.engine.close();
  }
}

/** Asks until there is an answer. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    assert.ok(performance.now() < deadline, `not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
