/** A checkout whose environment `dev` has its flags at an Unleash server, and agents that read it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AgentApi, Method, Params, Results } from '../../agent/protocol/methods.ts';
import { createAgent } from '../../agent/server/agent.ts';
import { output } from '../../scripts/command.ts';
import { FakeCluster } from './fake-swarm.ts';

export interface FlagServerCheckout {
  readonly folder: string;
  readonly agent: AgentApi;
  /** Of environment `dev`. */
  ask<M extends Method>(
    method: M,
    params: Omit<Params<M>, 'folder' | 'environment'>,
    signal?: AbortSignal,
  ): Promise<Results[M]>;
  close(): Promise<void>;
}

export async function openFlagServerCheckout(options: {
  readonly url: string;
  readonly token?: string | undefined;
  readonly project?: string;
  /** At the server. */
  readonly environment?: string;
  /** PEM file of its certificate's authority. */
  readonly ca?: string;
}): Promise<FlagServerCheckout> {
  const { url, token, project = 'default', environment = 'development', ca } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tg-flag-server-'));
  await output('git', ['init', '-q', folder], {});
  const server = JSON.stringify({ url, project, environment, ...(ca !== undefined && { ca: 'ca.pem' }) });
  if (ca !== undefined) await writeFile(path.join(folder, 'ca.pem'), ca);
  await writeFile(
    path.join(folder, 'tidegate.yaml'),
    `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 }, flags: { unleash: ${server} } }
  own: { edge: { http: 8081 } }
services:
  web: { route: { port: 3000 } }
`,
  );
  const cluster = new FakeCluster();
  const agent = createAgent({
    env: {
      DOCKER_HOST: 'unix:///nowhere.sock',
      ...(token !== undefined && { TIDEGATE_UNLEASH_TOKEN: token }),
    },
    assets: { controlBundle: '', edgeLua: '' },
    open: () => cluster.view(),
  });
  return {
    ...{ folder, agent },
    ask: (method, params, signal = new AbortController().signal) =>
      agent.request(method, { folder, environment: 'dev', ...params } as unknown as Params<typeof method>, {
        signal,
        onEvent: () => undefined,
      }),
    close: async () => {
      agent.close();
      await rm(folder, { recursive: true });
    },
  };
}
