/** Setting an environment up that is set up already, against `docker stack deploy` of as many services that run already. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { slotServiceName } from '../agent/common/names.ts';
import { output } from '../scripts/command.ts';
import { eventually } from '../test/support/eventually.ts';
import { must, type Shop } from '../test/support/shop.ts';
import { median, timed, type Report } from './figures.ts';
import { quietCall, type RunningAgent } from './stdio-agent.ts';

const rounds = 5;

export interface SetupOptions {
  readonly shop: Shop;
  readonly agent: RunningAgent;
  readonly services: readonly string[];
  /** Ids of all tasks of the environment. */
  readonly tasks: () => Promise<readonly string[]>;
  readonly report: Report;
}

/** By an agent that runs; beside it, without a peer, the whole process of the command. */
export async function setupNothing({ shop, agent, services, tasks, report }: SetupOptions): Promise<void> {
  const peer = await startPeer(shop, services);
  const params = { folder: shop.folder, environment: 'dev', upgradeEdge: false };
  try {
    const before = await tasks();
    const times: { readonly own: number[]; readonly cli: number[]; readonly peer: number[] } = {
      own: [],
      cli: [],
      peer: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      times.own.push(await timed(() => agent.api.request('setup', params, quietCall)));
      times.cli.push(await timed(() => must(shop.cli('setup', 'dev'))));
      times.peer.push(await timed(() => peer.deploy()));
    }
    assert.deepEqual(await tasks(), before, 'no task is started again');
    report({
      name: 'setup_noop_vs_stack_deploy',
      value: median(times.own) / median(times.peer),
      unit: 'ratio',
      peer: `docker stack deploy of ${services.length} services, ms`,
      peerValue: median(times.peer),
    });
    report({ name: 'setup_noop_ms', value: median(times.own), unit: 'ms' });
    report({ name: 'setup_noop_cli_ms', value: median(times.cli), unit: 'ms' });
  } finally {
    await peer.remove();
  }
}

/** The same images, without Tidegate; registries are not asked, which the peer would do by default. */
async function startPeer(
  { swarm, stack, ledger, folder }: Shop,
  services: readonly string[],
): Promise<{ deploy(): Promise<unknown>; remove(): Promise<void> }> {
  const { routes } = (await ledger.routes.read()).value;
  const entries = await Promise.all(
    services.map(async (service) => {
      const slot = slotServiceName(stack, service, routes[service]?.active ?? 'blue');
      const { Image } = (await swarm.services.get(slot))?.spec.TaskTemplate.ContainerSpec ?? {};
      assert.ok(Image, `${slot} runs`);
      return [service, { image: Image, deploy: { endpoint_mode: 'dnsrr' } }] as const;
    }),
  );
  const file = path.join(folder, 'peer.yaml');
  await writeFile(file, stringify({ version: '3.8', services: Object.fromEntries(entries) }));
  const name = `${stack}-peer`;
  const deploy = (): Promise<string> =>
    output('docker', ['stack', 'deploy', '--resolve-image', 'never', '-c', file, name]);
  await deploy();
  for (const service of services)
    await eventually(async () => {
      const tasks = await swarm.tasks.list({ service: `${name}_${service}` });
      assert.ok(
        tasks.some(({ state }) => state === 'running'),
        `${service} runs`,
      );
    });
  return {
    deploy,
    remove: async () => {
      await output('docker', ['stack', 'rm', name]);
      await eventually(async () => {
        assert.equal(
          (await output('docker', ['ps', '-q', '-f', `label=com.docker.stack.namespace=${name}`])).trim(),
          '',
        );
      });
    },
  };
}
