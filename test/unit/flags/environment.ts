/** An environment on a cluster in memory, with real controls that listen on real sockets, and an agent. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { openControl, type Control } from '../../../agent/cluster/control.ts';
import { systemClock, type Clock } from '../../../agent/common/clock.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { names } from '../../../agent/common/names.ts';
import type { AgentApi, Method, Params, Results } from '../../../agent/protocol/methods.ts';
import { createAgent } from '../../../agent/server/agent.ts';
import type { FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import { openLedger, type Ledger } from '../../../agent/swarm/ledger/ledger.ts';
import { emptyRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import { output } from '../../../scripts/command.ts';
import { aTask, FakeCluster, promptCaller, type Caller } from '../../support/fake-swarm.ts';
import { aRecord, stack } from '../ledger/samples.ts';

export function flag(key: string, change: Partial<FlagDefinition> = {}): FlagDefinition {
  return { key, description: `What ${key} does.`, default: false, owner: null, ...change };
}

/** Of type string: `quick` for those with the plan `pro`, else `classic`. */
export const checkout = flag('checkout', {
  default: true,
  type: 'string',
  variants: [
    { name: 'classic', value: 'one-page' },
    { name: 'quick', value: 'two-pages' },
  ],
  off: 'classic',
  on: { variant: 'classic' },
  rules: [{ when: { attribute: 'plan', test: { op: 'in', values: ['pro'] } }, serve: { variant: 'quick' } }],
});

/** Where a control listens; 0: anywhere. */
export interface Ports {
  readonly http: number;
  readonly flagd: number;
}

export interface RunningControl {
  readonly control: Control;
  readonly url: string;
  readonly ports: Ports;
}

export interface FlagsEnvironment {
  readonly cluster: FakeCluster;
  readonly ledger: Ledger;
  /** The checkout. */
  readonly folder: string;
  readonly agent: AgentApi;
  /** A record with these flags; its number. */
  release(flags: readonly FlagDefinition[] | undefined): Promise<number>;
  routes(change: Partial<Routes>): Promise<void>;
  /** A control of its own, with its task; `caller` stands between it and the cluster. */
  control(task: string, caller?: Caller, ports?: Ports): Promise<RunningControl>;
  /** Of environment `dev`. */
  ask<M extends Method>(method: M, params: Omit<Params<M>, 'folder' | 'environment'>): Promise<Results[M]>;
  close(): Promise<void>;
}

const tidegate = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } }
services:
  web: { route: { port: 3000 } }
`;

export async function openFlagsEnvironment(clock: Clock = systemClock): Promise<FlagsEnvironment> {
  const cluster = new FakeCluster();
  const ledger = openLedger(cluster.view(), stack);
  await ledger.acks.create();
  await ledger.keys.create();
  await ledger.routes.create();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tg-flags-'));
  await output('git', ['init', '-q', folder], {});
  await writeFile(path.join(folder, 'tidegate.yaml'), tidegate);
  const agent = createAgent({
    env: { DOCKER_HOST: 'unix:///nowhere.sock' },
    clock,
    assets: { controlBundle: '', edgeLua: '' },
    open: () => cluster.view(),
    folders: { runtime: path.join(folder, '.runtime'), state: path.join(folder, '.state') },
  });
  const service = cluster.putService(undefined, {
    Name: names.control(stack),
    Labels: {},
    TaskTemplate: { ContainerSpec: { Image: 'node' } },
    Mode: { Replicated: { Replicas: 1 } },
  });
  const controls: Control[] = [];
  return {
    cluster,
    ledger,
    folder,
    agent,
    release: async (flags) => {
      const record = await ledger.releases.add(
        aRecord(flags && { flags: [...flags] }),
        `r${Math.random().toString(36).slice(2)}`,
      );
      return record.number;
    },
    routes: async (change) => {
      await ledger.routes.change(() => ({ ...emptyRoutes, ...change }));
    },
    control: async (task, caller = promptCaller, wanted = { http: 0, flagd: 0 }) => {
      cluster.tasks.push(aTask(task, { serviceId: service }));
      const swarm = cluster.view(caller);
      const own = openLedger(swarm, stack);
      const control = openControl({ ledger: own, swarm, clock: systemClock, log: silentLog, task });
      controls.push(control);
      const ports = {
        http: await listen(control.server, wanted.http),
        flagd: await listen(control.flagd, wanted.flagd),
      };
      await control.view.refresh();
      await control.flags.refresh();
      return { control, url: `http://127.0.0.1:${ports.http}`, ports };
    },
    ask: (method, params) =>
      agent.request(method, { folder, environment: 'dev', ...params } as unknown as Params<typeof method>, {
        signal: new AbortController().signal,
        onEvent: () => undefined,
      }),
    close: async () => {
      agent.close();
      await Promise.all(controls.map((control) => control.stop()));
      await rm(folder, { recursive: true });
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** `web` lives in blue with that release. */
export const live = (release: number): Partial<Routes> => ({
  routes: { web: { active: 'blue', canary: 0 } },
  slots: { 'web-blue': release },
});
