import assert from 'node:assert/strict';
import type { SlotTemplate } from '../../../agent/swarm/ledger/release.ts';
import { loadRight } from './project-files.ts';

async function template(lines: string, variables: Record<string, string> = {}): Promise<SlotTemplate> {
  const compose = `services:\n  web:\n    image: shop:1\n${lines.replace(/^/gm, '    ')}\n`;
  const project = await loadRight({ 'compose.yaml': compose }, { variables });
  const [service] = project.services;
  assert.ok(service, 'service');
  return service.template;
}

const everything = `
entrypoint: /x a
command: echo "$$HOME hi"
environment: { B: 2, A: "1", N: , T: "true", F: 1.10, O: 010, H: 0x10 }
labels: { a: b }
user: "1"
working_dir: /w
hostname: h
init: true
read_only: true
cap_add: [NET_ADMIN]
cap_drop: [ALL]
stop_grace_period: 20s
stop_signal: SIGINT
healthcheck: { test: "curl x", interval: 1s, timeout: 2s, retries: 3, start_period: 5s }
logging: { driver: json-file, options: { max-size: 1m } }
deploy:
  replicas: 2
  endpoint_mode: dnsrr
  labels: { d: e }
  resources: { limits: { cpus: "0.5", memory: 50M, pids: 10 }, reservations: { cpus: "0.25", memory: 20M } }
  restart_policy: { condition: on-failure, delay: 5s, max_attempts: 3, window: 1m }
  placement:
    constraints: [node.role==manager]
    preferences: [{ spread: node.labels.z }]
    max_replicas_per_node: 3
`;

/**
 * What Engine 20.10 answered for the service that "docker stack deploy" (CLI 28.2) made of the same keys, without
 * the name, image, networks, the image label and the empty defaults the engine adds (Isolation, Privileges, DNSConfig).
 */
const recorded = {
  Labels: { d: 'e' },
  TaskTemplate: {
    ContainerSpec: {
      Image: '',
      Labels: { a: 'b', 'com.docker.stack.namespace': 'shop-dev' },
      Command: ['/x', 'a'],
      Args: ['echo', '$HOME hi'],
      Hostname: 'h',
      Env: ['A=1', 'B=2', 'F=1.1', 'H=16', 'N=1', 'O=8', 'T=true'],
      Dir: '/w',
      User: '1',
      Init: true,
      StopSignal: 'SIGINT',
      ReadOnly: true,
      StopGracePeriod: 20000000000,
      Healthcheck: {
        Test: ['CMD-SHELL', 'curl x'],
        Interval: 1000000000,
        Timeout: 2000000000,
        StartPeriod: 5000000000,
        Retries: 3,
      },
      CapabilityAdd: ['CAP_NET_ADMIN'],
      CapabilityDrop: ['ALL'],
    },
    Resources: {
      Limits: { NanoCPUs: 500000000, MemoryBytes: 52428800, Pids: 10 },
      Reservations: { NanoCPUs: 250000000, MemoryBytes: 20971520 },
    },
    RestartPolicy: { Condition: 'on-failure', Delay: 5000000000, MaxAttempts: 3, Window: 60000000000 },
    Placement: {
      Constraints: ['node.role==manager'],
      Preferences: [{ Spread: { SpreadDescriptor: 'node.labels.z' } }],
      MaxReplicas: 3,
    },
    LogDriver: { Name: 'json-file', Options: { 'max-size': '1m' } },
  },
  Mode: { Replicated: { Replicas: 2 } },
  EndpointSpec: { Mode: 'dnsrr' },
};

describe('the service template', () => {
  it('is what docker stack deploy makes of the same keys', async () => {
    assert.deepEqual(await template(everything, { N: '1' }), recorded);
  });

  it('says nothing that the compose file does not say, apart from how it is restarted', async () => {
    assert.deepEqual(await template(''), {
      Labels: {},
      TaskTemplate: {
        ContainerSpec: { Image: '', Labels: { 'com.docker.stack.namespace': 'shop-dev' } },
        RestartPolicy: { Condition: 'any', Delay: 500_000_000 },
      },
      Mode: { Replicated: { Replicas: 1 } },
      EndpointSpec: { Mode: 'dnsrr' },
    });
  });

  it('is the same whatever the order of keys in the file', async () => {
    const one = await template('environment: { A: 1, B: 2 }\nlabels: { x: y, a: b }');
    const other = await template('labels: [a=b, x=y]\nenvironment: [B=2, A=1]');
    assert.deepEqual(one, other);
  });

  it('takes values from variables, and leaves a name alone where there is none', async () => {
    const { ContainerSpec } = (await template('environment: [A, B=$A, C, "D=", E=x=y]', { A: 'a' }))
      .TaskTemplate;
    assert.deepEqual(ContainerSpec.Env, ['A=a', 'B=a', 'C', 'D=', 'E=x=y']);
  });

  it('reads numbers, switches and sizes that come out of variables', async () => {
    const given = { N: '3', INIT: 'true', MEM: '64M', WAIT: '45s' };
    const made = await template(
      'init: $INIT\nstop_grace_period: ${WAIT}\ndeploy: { replicas: "${N:-2}", resources: { limits: { memory: "$MEM" } } }',
      given,
    );
    assert.deepEqual(made.Mode, { Replicated: { Replicas: 3 } });
    assert.deepEqual(made.TaskTemplate.Resources, { Limits: { MemoryBytes: 67_108_864 } });
    assert.deepEqual(
      [made.TaskTemplate.ContainerSpec['Init'], made.TaskTemplate.ContainerSpec.StopGracePeriod],
      [true, 45e9],
    );
  });

  it('knows every form of a health check', async () => {
    const tests: Readonly<Record<string, unknown>> = {
      '{ test: [CMD, curl, x] }': { Test: ['CMD', 'curl', 'x'] },
      '{ test: [CMD-SHELL, "curl x"], retries: 0 }': { Test: ['CMD-SHELL', 'curl x'], Retries: 0 },
      '{ test: [NONE] }': { Test: ['NONE'] },
      '{ disable: true }': { Test: ['NONE'] },
      '{ interval: 0s }': { Interval: 0 },
    };
    for (const [written, made] of Object.entries(tests))
      assert.deepEqual(
        (await template(`healthcheck: ${written}`)).TaskTemplate.ContainerSpec.Healthcheck,
        made,
      );
  });

  it('restarts as "restart:" says, unless deploy.restart_policy says otherwise', async () => {
    const policies: Readonly<Record<string, unknown>> = {
      'restart: unless-stopped': { Condition: 'any', Delay: 500_000_000 },
      'restart: on-failure:3': { Condition: 'on-failure', Delay: 500_000_000, MaxAttempts: 3 },
      'restart: on-failure': { Condition: 'on-failure', Delay: 500_000_000 },
      'restart: on-failure\ndeploy: { restart_policy: { delay: 2s } }': { Condition: 'any', Delay: 2e9 },
    };
    for (const [written, made] of Object.entries(policies))
      assert.deepEqual((await template(written)).TaskTemplate.RestartPolicy, made);
  });

  it('mounts tmpfs folders', async () => {
    const { ContainerSpec } = (await template('tmpfs: [/tmp, /run]')).TaskTemplate;
    assert.deepEqual(ContainerSpec['Mounts'], [
      { Type: 'tmpfs', Target: '/tmp' },
      { Type: 'tmpfs', Target: '/run' },
    ]);
  });

  it('keeps arguments that are empty', async () => {
    assert.deepEqual((await template('command: ["a", ""]')).TaskTemplate.ContainerSpec.Args, ['a', '']);
  });

  it('comes through anchors and merges', async () => {
    const compose = `x-common: &common\n  image: shop:\${TAG}\n  environment: { A: 1 }\nservices:\n  web:\n    <<: *common\n    user: root\n`;
    const project = await loadRight({ 'compose.yaml': compose }, { variables: { TAG: '7' } });
    assert.deepEqual(project.services[0]?.source, { kind: 'image', ref: 'shop:7' });
    assert.deepEqual(project.services[0].template.TaskTemplate.ContainerSpec.Env, ['A=1']);
  });
});
