import assert from 'node:assert/strict';
import { labels } from '../../../agent/common/names.ts';
import {
  controlFiles,
  controlServiceSpec,
  edgeFiles,
  edgeServiceSpec,
  mountedSecrets,
  withCertificates,
  type ControlServiceOptions,
  type EdgeServiceOptions,
} from '../../../agent/edge/services.ts';
import { keepAliveSeconds } from '../../../agent/edge/door.ts';
import { readyCheck } from '../../../agent/edge/mesh-config.ts';

const edge: EdgeServiceOptions = {
  stack: 'shop-dev',
  image: 'haproxy:3.0-alpine',
  httpPort: 8080,
  configs: [{ id: 'c1', name: 'shop-dev.edge-config.1', target: '/etc/tidegate/edge.cfg' }],
  networks: { edge: 'n1', control: 'n2' },
};
const control: ControlServiceOptions = {
  stack: 'shop-dev',
  image: 'node:22-alpine',
  configs: [{ id: 'c2', name: 'shop-dev.control.1', target: '/tidegate/control.cjs' }],
  network: 'n2',
  managers: 3,
};

describe('the service of an edge', () => {
  it('is the same for the same options, and its digest tells another', () => {
    assert.deepEqual(edgeServiceSpec(edge), edgeServiceSpec({ ...edge }));
    const digest = edgeServiceSpec(edge).Labels[labels.spec];
    assert.match(digest ?? '', /^[0-9a-f]{64}$/);
    for (const change of [{ httpPort: 80 }, { image: 'haproxy:3.1' }, { configs: [] }])
      assert.notEqual(edgeServiceSpec({ ...edge, ...change }).Labels[labels.spec], digest);
  });

  it('runs once on each node, on its own port, and lets go of it fast', () => {
    const spec = edgeServiceSpec(edge);
    assert.deepEqual(spec.Mode, { Global: {} });
    assert.deepEqual(spec.EndpointSpec, {
      Mode: 'dnsrr',
      Ports: [{ Protocol: 'tcp', TargetPort: 8080, PublishedPort: 8080, PublishMode: 'host' }],
    });
    assert.equal(spec.UpdateConfig?.['Order'], 'stop-first');
    const container = spec.TaskTemplate.ContainerSpec;
    assert.equal(container['StopSignal'], 'SIGUSR1');
    assert.ok(
      (container.StopGracePeriod ?? 0) > 0 && (container.StopGracePeriod ?? 0) <= 5e9,
      '(container.StopGracePeriod ?? 0) > 0 && (container.StopGracePeriod ?? 0) <= 5e9',
    );
    assert.equal(spec.TaskTemplate.RestartPolicy?.['Delay'], 1e8);
    assert.deepEqual(container.Env, ['TASK={{.Task.ID}}']);
  });

  it('is where services find the flags: by name on the network it shares with slots, and only there', () => {
    assert.deepEqual(edgeServiceSpec(edge).TaskTemplate.Networks, [
      { Target: 'n1', Aliases: ['tidegate-flags'] },
      { Target: 'n2' },
    ]);
  });

  it('publishes HTTPS where the environment has it', () => {
    const ports = edgeServiceSpec({ ...edge, httpsPort: 443 }).EndpointSpec?.Ports ?? [];
    assert.deepEqual(
      ports.map(({ TargetPort, PublishedPort, PublishMode }) => [TargetPort, PublishedPort, PublishMode]),
      [
        [8080, 8080, 'host'],
        [8443, 443, 'host'],
      ],
    );
  });

  it('has, behind a proxy, a name on its network instead of ports, and a successor before it goes', () => {
    const behind = { network: 'n3', labels: { 'traefik.enable': 'true', 'tidegate.stack': 'mine' } };
    const spec = edgeServiceSpec({ ...edge, httpPort: undefined, behind });
    assert.deepEqual(spec.EndpointSpec, { Mode: 'dnsrr', Ports: [] });
    assert.deepEqual(spec.TaskTemplate.Networks, [
      { Target: 'n1', Aliases: ['tidegate-flags'] },
      { Target: 'n2' },
      { Target: 'n3', Aliases: ['tidegate-shop-dev'] },
    ]);
    assert.equal(spec.UpdateConfig?.['Order'], 'start-first');
    assert.deepEqual(spec.TaskTemplate.ContainerSpec.Healthcheck?.['Test'], readyCheck);
    const grace = (spec.TaskTemplate.ContainerSpec.StopGracePeriod ?? 0) / 1e9;
    assert.ok(grace > keepAliveSeconds({}), 'idle connections end before it does');
    assert.equal(spec.Labels['traefik.enable'], 'true');
    assert.equal(spec.Labels[labels.stack], 'shop-dev', "a label of ours is nobody else's");
    const relabelled = edgeServiceSpec({ ...edge, httpPort: undefined, behind: { ...behind, labels: {} } });
    assert.deepEqual(relabelled.TaskTemplate, spec.TaskTemplate, 'labels restart no task');
    assert.notEqual(relabelled.Labels[labels.spec], spec.Labels[labels.spec]);
  });

  it('has no label in its task template that could change and restart it', () => {
    const { Labels } = edgeServiceSpec(edge).TaskTemplate.ContainerSpec;
    assert.equal(Labels?.[labels.spec], undefined);
    assert.deepEqual(Labels, edgeServiceSpec({ ...edge, httpPort: 81 }).TaskTemplate.ContainerSpec.Labels);
  });
});

describe('the service of control', () => {
  it('mounts certificates without being another one to setup, for its owner to read', () => {
    const certificate = { secretId: 's1', secretName: 'shop-dev.certificate.1', name: 'shop', version: 'a1' };
    const spec = withCertificates(controlServiceSpec(control), [certificate]);
    assert.equal(spec.Labels[labels.spec], controlServiceSpec(control).Labels[labels.spec]);
    assert.deepEqual(mountedSecrets(spec), ['s1']);
    assert.deepEqual(spec.TaskTemplate.ContainerSpec['Secrets'], [
      {
        SecretID: 's1',
        SecretName: 'shop-dev.certificate.1',
        File: { Name: 'certificate.shop.a1', UID: '0', GID: '0', Mode: 0o400 },
      },
    ]);
    assert.deepEqual(mountedSecrets(withCertificates(spec, [])), []);
  });

  it('runs on managers, twice where there are two', () => {
    const spec = controlServiceSpec(control);
    assert.deepEqual(spec.TaskTemplate.Placement, { Constraints: ['node.role==manager'] });
    assert.equal(spec.Mode.Replicated?.Replicas, 2);
    assert.equal(controlServiceSpec({ ...control, managers: 1 }).Mode.Replicated?.Replicas, 1);
    assert.equal(spec.EndpointSpec?.Ports, undefined);
  });
});

describe('files that tasks mount', () => {
  it('change their name with their content, and only then', () => {
    const names = (lua: string): readonly string[] => edgeFiles({ stack: 's', lua }).map(({ name }) => name);
    assert.deepEqual(names('a'), names('a'));
    assert.equal(names('a')[0], names('b')[0]);
    assert.notEqual(names('a')[1], names('b')[1]);
    assert.match(controlFiles({ stack: 's', bundle: 'x' })[0]?.name ?? '', /^s\.control\.[0-9a-f]{12}$/);
    // Swarm takes names of configs up to 64 characters.
    for (const name of edgeFiles({ stack: 'x'.repeat(38), lua: '' }).map((file) => file.name))
      assert.ok(name.length <= 64, name);
  });
});
