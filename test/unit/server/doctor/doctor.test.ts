import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportDoctor } from '../../../../agent/cli/report/doctor.ts';
import { plainStyle } from '../../../../agent/cli/terminal.ts';
import type { Environment } from '../../../../agent/config/model.ts';
import { createAgent } from '../../../../agent/server/agent.ts';
import { surroundings } from '../../../../agent/server/connections.ts';
import { diskCheck, engineCheck, swarmCheck } from '../../../../agent/server/doctor/engine.ts';
import {
  frontCheck,
  portCheck,
  tryPort,
  type Listening,
} from '../../../../agent/server/doctor/environment.ts';
import { contextsCheck, gitCheck, nodeCheck } from '../../../../agent/server/doctor/machine.ts';
import type { ServiceObject } from '../../../../agent/swarm/port.ts';
import { FakeEngine, sendJson } from '../../swarm/fake-engine.ts';
import { call } from '../socket/server.ts';

const environment: Environment = {
  name: 'dev',
  stack: 'shop-dev',
  dockerContext: undefined,
  registry: undefined,
  protected: false,
  url: undefined,
  edge: { http: 8080 },
  images: { edge: 'haproxy', control: 'node' },
  variables: {},
};

function publishing(name: string, port: number): ServiceObject {
  const PublishedPort = port;
  const ports = [{ Protocol: 'tcp', TargetPort: 80, PublishedPort, PublishMode: 'host' }] as const;
  const spec = {
    Name: name,
    Labels: {},
    TaskTemplate: { ContainerSpec: { Image: '' } },
    Mode: {},
    EndpointSpec: { Ports: ports },
  };
  return { id: name, version: 1, name, labels: {}, spec };
}

describe('the doctor', () => {
  const report = {
    version: '20.10.24',
    system: '',
    rootFolder: '/',
    swarm: 'manager',
    machine: 'box',
    cluster: { id: 'tpksbfp2w3g88ssunpxx', nodes: 3 },
  } as const;
  const engine = { name: 'ssh://box', way: 'through ssh', source: 'docker context prod' };

  it('knows versions that are too old', () => {
    assert.equal(nodeCheck('20.19.0').state, 'ok');
    assert.equal(nodeCheck('24.0.0').state, 'ok');
    assert.equal(nodeCheck('20.18.3').state, 'fail');
    assert.equal(nodeCheck('18.20.0').state, 'fail');
    assert.equal(engineCheck('dev', engine, report).state, 'ok');
    assert.equal(engineCheck('dev', engine, { ...report, version: '19.03.1' }).state, 'warn');
  });

  it('says which cluster it is, and how it is reached', () => {
    assert.equal(
      engineCheck('dev', engine, report).detail,
      'Docker 20.10.24 at ssh://box (through ssh; from docker context prod)',
    );
    assert.equal(swarmCheck('dev', report).detail, 'Swarm tpksbfp2w3g8 of 3 nodes; its manager box answers');
  });

  it('finds git by the PATH of the session', async () => {
    assert.equal((await gitCheck({ PATH: process.env['PATH'] })).state, 'ok');
    assert.equal((await gitCheck({ PATH: '/nowhere' })).state, 'warn');
  });

  for (const [swarm, state] of [
    ['manager', 'ok'],
    ['worker', 'fail'],
    ['inactive', 'fail'],
    ['locked', 'fail'],
    ['starting', 'warn'],
  ] as const)
    it(`takes a Swarm that is ${swarm} for ${state}`, () => {
      const check = swarmCheck('dev', { ...report, swarm });
      assert.equal(check.state, state);
      assert.equal(check.fix === null, state === 'ok');
    });

  it('warns before the disk is full', () => {
    const state = (free: number): string => diskCheck(null, { free: free * 1e9, total: 100e9 }).state;
    assert.deepEqual([state(50), state(4), state(0.5)], ['ok', 'warn', 'fail']);
    assert.match(diskCheck(null, undefined).detail, /cannot be seen/);
  });

  it("tells the edge's own port from one that somebody else has", () => {
    const own = publishing('shop-dev_tidegate-edge', 8080);
    const check = (services: readonly ServiceObject[], listening: Listening) =>
      portCheck(environment, 8080, { services, listening });
    assert.match(check([own], 'other').detail, /own/);
    assert.equal(check([], 'free').state, 'ok');
    assert.equal(check([], 'other').state, 'fail');
    assert.match(check([publishing('blog_edge', 8080)], 'free').detail, /blog_edge/);
    const moved = publishing('shop-dev_tidegate-edge', 9000);
    assert.match(check([moved], 'free').fix ?? '', /--upgrade-edge/);
  });

  it('looks for the network of the proxy in front of an edge without a port, and for the edge on it', () => {
    const behind: Environment = { ...environment, edge: { network: 'proxy' } };
    const there = { id: 'n9', name: 'proxy', labels: {}, overlay: true };
    const edgeOn = (...targets: readonly string[]): ServiceObject => {
      const service = publishing('shop-dev_tidegate-edge', 8080);
      const task = { ...service.spec.TaskTemplate, Networks: targets.map((Target) => ({ Target })) };
      return { ...service, spec: { ...service.spec, TaskTemplate: task } };
    };
    assert.equal(frontCheck(behind, [], []).state, 'fail');
    assert.equal(frontCheck(behind, [], [{ ...there, overlay: false }]).state, 'fail');
    assert.equal(frontCheck(behind, [], [there]).state, 'ok');
    assert.match(frontCheck(behind, [edgeOn('n1')], [there]).fix ?? '', /--upgrade-edge/);
    assert.match(frontCheck(behind, [edgeOn('n1', 'n9')], [there]).detail, /http:\/\/tidegate-shop-dev:8080/);
  });

  it('tries a port by taking it for a moment', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    assert.equal(await tryPort(port), 'other');
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await tryPort(port), 'free');
  });

  it('lists the docker contexts, and misses those that environments name', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-contexts-'));
    const meta = path.join(folder, 'contexts', 'meta', 'x');
    await mkdir(meta, { recursive: true });
    await writeFile(path.join(meta, 'meta.json'), '{"Name":"prod"}');
    const env = surroundings({ DOCKER_CONFIG: folder });
    assert.equal((await contextsCheck(env, ['prod', 'default'])).detail, 'docker contexts: default, prod');
    assert.equal((await contextsCheck(env, ['staging'])).state, 'fail');
    await rm(folder, { recursive: true });
  });

  it('looks at the engine where there is no project, and says what is missing', async () => {
    const fake = new FakeEngine();
    await fake.start();
    fake.answer = (_request, response) =>
      sendJson(response, 200, { ServerVersion: '20.10.24', Swarm: { LocalNodeState: 'inactive' } });
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-doctor-'));
    const env = { DOCKER_HOST: `unix://${fake.path}`, PATH: process.env['PATH'] };
    const agent = createAgent({ env, assets: { controlBundle: '', edgeLua: '' } });
    try {
      const { checks } = await agent.request('doctor', { folder, environment: null }, call());
      const states = Object.fromEntries(checks.map(({ check, state }) => [check, state]));
      assert.equal(states['project'], 'fail');
      assert.equal(states['engine'], 'ok');
      assert.equal(states['swarm'], 'fail');
      assert.match(reportDoctor(checks, plainStyle).join('\n'), /fail {2}swarm: .*\n {6}next: .*swarm init/);
      await fake.stop();
      const gone = await agent.request('doctor', { folder, environment: null }, call());
      assert.equal(gone.checks.find(({ check }) => check === 'engine')?.state, 'fail');
    } finally {
      agent.close();
      await fake.dispose();
      await rm(folder, { recursive: true });
    }
  });
});
