import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differences, type Compared } from '../../../../agent/server/plan/differences.ts';

interface Change {
  readonly image?: string;
  readonly env?: readonly string[];
  readonly replicas?: number;
  readonly labels?: Record<string, string>;
  readonly memory?: number;
  readonly files?: object;
}

function service({ image = 'i1', env = [], replicas = 1, labels = {}, memory, files }: Change): Compared {
  return {
    image,
    route: { hosts: ['shop.localhost'], port: 3000 },
    health: '/',
    replicas,
    networks: [],
    rollout: { steps: [], drainMs: 1, keepWarmMs: 1, deadlineMs: 1, unattended: 'revert' },
    spec: {
      Labels: labels,
      TaskTemplate: {
        ContainerSpec: { Image: image, Env: env, ...files },
        ...(memory === undefined ? {} : { Resources: { Limits: { MemoryBytes: memory } } }),
      },
      Mode: { Replicated: { Replicas: replicas } },
    },
  };
}

describe('the differences between what runs and what would', () => {
  it('are told field by field, environment by name', () => {
    const before = service({ env: ['LOG=info', 'OLD=1'], memory: 1_000 });
    const after = service({ image: 'i2', env: ['LOG=debug', 'NEW=a=b', 'BARE'], replicas: 2 });
    assert.deepEqual(differences(before, after), [
      { field: 'environment.BARE', before: null, after: '' },
      { field: 'environment.LOG', before: 'info', after: 'debug' },
      { field: 'environment.NEW', before: null, after: 'a=b' },
      { field: 'environment.OLD', before: '1', after: null },
      { field: 'image', before: 'i1', after: 'i2' },
      { field: 'replicas', before: '1', after: '2' },
      { field: 'spec.Mode.Replicated.Replicas', before: '1', after: '2' },
      { field: 'spec.TaskTemplate.Resources.Limits.MemoryBytes', before: '1000', after: null },
    ]);
  });

  it('are every field of a service that is new', () => {
    assert.ok(
      differences(undefined, service({})).some(({ field }) => field === 'health'),
      'no health',
    );
  });

  it('say that a secret differs, and not what it is', () => {
    const values = ['DB_PASSWORD', 'API_TOKEN', 'SIGNING_KEY', 'client_secret'];
    const before = service({
      env: values.map((name) => `${name}=hunter1`),
      labels: { 'x.token': 'hunter1' },
    });
    const after = service({ env: values.map((name) => `${name}=hunter2`), labels: { 'x.token': 'hunter2' } });
    const found = differences(before, after);
    assert.equal(found.length, 5);
    assert.doesNotMatch(JSON.stringify(found), /hunter/);
  });

  it('name configs and secrets as the compose file does, of secrets only that they changed', () => {
    const mounting = (digest: string, mode: number, shared: string): Compared =>
      service({
        files: {
          Labels: { 'com.docker.stack.namespace': 'my_shop-dev' },
          Configs: [{ File: { Name: '/app', Mode: mode }, ConfigName: `my_shop-dev_app-${digest}` }],
          Secrets: [
            { File: { Name: 'db_password' }, SecretName: `my_shop-dev_db_password-${digest}` },
            { File: { Name: 'shared' }, SecretName: 'shared', SecretID: shared },
          ],
        },
      });
    const [before, after] = [mounting('0123456789ab', 1, 'id1'), mounting('ba9876543210', 2, 'id2')];
    assert.deepEqual(differences(before, after), [
      { field: 'config.app', before: 'my_shop-dev_app-0123456789ab', after: 'my_shop-dev_app-ba9876543210' },
      { field: 'secret.db_password', before: '***', after: '***' },
      { field: 'secret.shared', before: '***', after: '***' },
      { field: 'spec.TaskTemplate.ContainerSpec.Configs.0.File.Mode', before: '1', after: '2' },
    ]);
    assert.deepEqual(differences(before, before), []);
  });

  it('are none between equals, and the same seen from the other side', () => {
    const any = fc.record({
      image: fc.string(),
      env: fc.array(fc.string()),
      replicas: fc.nat(3),
      labels: fc.dictionary(fc.string(), fc.string()),
      memory: fc.nat(3),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        assert.deepEqual(differences(service(a), service(a)), []);
        const turned = differences(service(b), service(a)).map(({ field, before, after }) => ({
          field,
          before: after,
          after: before,
        }));
        assert.deepEqual(differences(service(a), service(b)), turned);
      }),
    );
  });
});
