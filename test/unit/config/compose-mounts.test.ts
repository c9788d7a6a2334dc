import assert from 'node:assert/strict';
import { sha256 } from '../../../agent/common/canonical.ts';
import type { AppService } from '../../../agent/config/model.ts';
import { errorsOf, load, loadRight, smallTidegate } from './project-files.ts';

const head =
  'services:\n  web:\n    image: shop:1\n    healthcheck: { test: x }\n    deploy: { replicas: 2 }\n';
const shared = smallTidegate.replace(
  '{ route: { port: 3000 } }',
  '{ route: { port: 3000 }, volumes: shared }',
);
const declared =
  'volumes:\n  data:\n  mine: { driver: x, driver_opts: { a: 1 }, labels: { l: m } }\n  theirs: { external: true, name: other }\n';

async function web(compose: string, files: Readonly<Record<string, string>> = {}): Promise<AppService> {
  const { services } = await loadRight({ 'compose.yaml': compose, ...files });
  assert.ok(services[0], 'a service');
  return services[0];
}

async function mounts(written: string, tidegate = smallTidegate): Promise<unknown> {
  const service = await web(`${head}    volumes: [${written}]\n${declared}`, { 'tidegate.yaml': tidegate });
  return service.template.TaskTemplate.ContainerSpec['Mounts'];
}

const own = {
  'com.docker.stack.namespace': 'shop-dev',
  'tidegate.stack': 'shop-dev',
  'tidegate.object': 'volume',
};

describe('volumes of a service', () => {
  const table: Readonly<Record<string, unknown>> = {
    '"data:/d:ro"': {
      ...{ Type: 'volume', Source: 'shop-dev_data', Target: '/d', ReadOnly: true },
      VolumeOptions: { Labels: own },
    },
    '"/scratch"': { Type: 'volume', Target: '/scratch' },
    '"mine:/d:ro,nocopy"': {
      ...{ Type: 'volume', Source: 'shop-dev_mine', Target: '/d', ReadOnly: true },
      VolumeOptions: {
        ...{ Labels: { l: 'm', ...own }, DriverConfig: { Name: 'x', Options: { a: '1' } }, NoCopy: true },
      },
    },
    '"theirs:/d:ro"': { Type: 'volume', Source: 'other', Target: '/d', ReadOnly: true },
    '"/etc:/d:ro,rshared"': {
      ...{ Type: 'bind', Source: '/etc', Target: '/d', ReadOnly: true },
      BindOptions: { Propagation: 'rshared' },
    },
    '{ type: bind, source: /etc, target: /d, read_only: true, consistency: cached }': {
      ...{ Type: 'bind', Source: '/etc', Target: '/d', ReadOnly: true, Consistency: 'cached' },
    },
    '{ type: tmpfs, target: /d, tmpfs: { size: 1M, mode: 0700 } }': {
      ...{ Type: 'tmpfs', Target: '/d' },
      TmpfsOptions: { SizeBytes: 1_048_576, Mode: 0o700 },
    },
  };
  for (const [written, mount] of Object.entries(table))
    it(`are mounted: ${written}`, async () => assert.deepEqual(await mounts(written), [mount]));

  it('may be written by both slots only where tidegate.yaml says so', async () => {
    const written = '"data:/d", { type: bind, source: /x, target: /x }';
    const loaded = await load({ 'compose.yaml': `${head}    volumes: [${written}]\n${declared}` });
    assert.deepEqual(errorsOf(loaded), [
      'compose.yaml:6:15 compose.writable-volume: services.web.volumes[0]: "data:/d" is written by both slots of the service while a release goes in.',
      'compose.yaml:6:26 compose.writable-volume: services.web.volumes[1]: /x is written by both slots of the service while a release goes in.',
    ]);
    assert.match(loaded.problems[0]?.hint ?? '', /"volumes: shared" for the service in tidegate.yaml/);
    assert.equal(((await mounts(written, shared)) as unknown[]).length, 2);
  });

  it('that cannot be mounted are told with their place', async () => {
    const written =
      '"dta:/d:ro", "./x:/d:ro", "data:/d:z", "data:d", { type: npipe, target: /d }, { type: volume, target: /d, tmpfs: { size: 1 } }';
    const loaded = await load({
      'tidegate.yaml': shared,
      'compose.yaml': `${head}    volumes: [${written}]\n${declared}`,
    });
    assert.deepEqual(
      errorsOf(loaded).map((error) => error.split(' ').slice(0, 3).join(' ')),
      [
        'compose.yaml:6:15 compose.unknown-volume: services.web.volumes[0]:',
        'compose.yaml:6:28 compose.unsupported-value: services.web.volumes[1]:',
        'compose.yaml:6:41 compose.unsupported-value: services.web.volumes[2]:',
        'compose.yaml:6:54 compose.invalid-value: services.web.volumes[3]:',
        'compose.yaml:6:72 compose.invalid-value: services.web.volumes[4].type:',
        'compose.yaml:6:121 compose.conflict: services.web.volumes[5].tmpfs:',
      ],
    );
  });
});

describe('configs', () => {
  const configs =
    'configs:\n  app: { file: etc/app.conf }\n  text: { content: "a=${A:-1}", labels: { l: m } }\n  given: { environment: GIVEN }\n';
  const files = { 'etc/app.conf': 'one\n' };
  const name = (config: string, data: string) => `shop-dev_${config}-${sha256(data).slice(0, 12)}`;

  it('are mounted, and named by their content', async () => {
    const mounted = 'configs: [app, { source: text, target: /etc/x, uid: "1", gid: "2", mode: 0440 }]';
    const service = await web(`${head}    ${mounted}\n${configs}`.replace(/ {2}given.*\n/, ''), files);
    assert.deepEqual(service.template.TaskTemplate.ContainerSpec['Configs'], [
      { File: { Name: 'app', UID: '0', GID: '0', Mode: 0o444 }, ConfigName: name('app', 'one\n') },
      { File: { Name: '/etc/x', UID: '1', GID: '2', Mode: 0o440 }, ConfigName: name('text', 'a=1') },
    ]);
    assert.deepEqual(service.configs, [
      { name: name('app', 'one\n'), data: 'one\n', labels: {} },
      { name: name('text', 'a=1'), data: 'a=1', labels: { l: 'm' } },
    ]);
  });

  it('that cannot be made are told with their place', async () => {
    const wrong =
      'configs:\n  a: { file: none.conf }\n  b: {}\n  c: { file: x, content: y }\n  d: { external: true, content: x }\n  e: { environment: NOT_THERE }\n  f: { file: ../x }\n  g: { file: binary }\n';
    const compose = `${head}    configs: [a, zz, { target: /x }, { source: ok, mode: 9999 }]\n${wrong}  ok: { content: z }\n`;
    assert.deepEqual(
      errorsOf(await load({ 'compose.yaml': compose, binary: '\ufffd' })).map((error) =>
        error.split(' ').slice(0, 3).join(' '),
      ),
      [
        'compose.yaml:6:18 compose.unknown-config: services.web.configs[1]:',
        'compose.yaml:6:22 compose.missing-key: services.web.configs[2]:',
        'compose.yaml:6:58 compose.invalid-value: services.web.configs[3].mode:',
        'compose.yaml:8:14 compose.missing-file: configs.a.file:',
        'compose.yaml:9:3 compose.missing-key: configs.b:',
        'compose.yaml:10:17 compose.conflict: configs.c.content:',
        'compose.yaml:11:24 compose.unsupported-key: configs.d.content:',
        'compose.yaml:12:21 compose.variable-required: configs.e.environment:',
        'compose.yaml:13:14 compose.outside-repository: configs.f.file:',
        'compose.yaml:14:14 compose.invalid-value: configs.g.file:',
      ],
    );
  });
});
