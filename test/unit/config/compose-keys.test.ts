import assert from 'node:assert/strict';
import type { SlotTemplate } from '../../../agent/swarm/ledger/release.ts';
import { errorsOf, load, loadRight, smallTidegate, warningsOf } from './project-files.ts';

const sound = 'image: shop:1\nhealthcheck: { test: "true" }\ndeploy: { replicas: 2 }\n';

function web(lines: string): string {
  return `services:\n  web:\n${lines.replace(/^/gm, '    ')}\n`;
}

async function spec(lines: string, files: Readonly<Record<string, string>> = {}): Promise<SlotTemplate> {
  const { services } = await loadRight({ 'compose.yaml': web(`image: shop:1\n${lines}`), ...files });
  assert.ok(services[0], 'a service');
  return services[0].template;
}

/** A key as it is written, and what it has to make of the container's spec, `undefined` where it is dropped. */
const containerKeys: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'ulimits: { nproc: 65535, nofile: { soft: 1024, hard: 4096 }, core: -1 }': {
    Ulimits: [
      { Name: 'core', Soft: -1, Hard: -1 },
      { Name: 'nofile', Soft: 1024, Hard: 4096 },
      { Name: 'nproc', Soft: 65535, Hard: 65535 },
    ],
  },
  'sysctls: { net.core.somaxconn: 1024 }': { Sysctls: { 'net.core.somaxconn': '1024' } },
  'sysctls: [net.core.somaxconn=1024, a=b]': { Sysctls: { 'net.core.somaxconn': '1024', a: 'b' } },
  'extra_hosts: ["db:10.0.0.1", "v6=::1", "six:[::2]"]': { Hosts: ['10.0.0.1 db', '::1 v6', '::2 six'] },
  'extra_hosts: { db: 10.0.0.1, two: [10.0.0.2, 10.0.0.3] }': {
    Hosts: ['10.0.0.1 db', '10.0.0.2 two', '10.0.0.3 two'],
  },
  'dns: 8.8.8.8': { DNSConfig: { Nameservers: ['8.8.8.8'] } },
  'dns: [8.8.8.8, 9.9.9.9]\ndns_search: a.example\ndns_opt: [use-vc]': {
    DNSConfig: { Nameservers: ['8.8.8.8', '9.9.9.9'], Search: ['a.example'], Options: ['use-vc'] },
  },
  'group_add: [audio, 1001]': { Groups: ['audio', '1001'] },
  'tty: true\nstdin_open: true': { TTY: true, OpenStdin: true },
  'tmpfs: /run': { Mounts: [{ Type: 'tmpfs', Target: '/run' }] },
  'tmpfs: ["/tmp:size=64m,mode=1777"]': {
    Mounts: [{ Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 67_108_864, Mode: 0o1777 } }],
  },
  'healthcheck: { test: x, start_interval: 2s }': {
    Healthcheck: { Test: ['CMD-SHELL', 'x'], StartInterval: 2e9 },
  },
};

describe('every key of a service', () => {
  for (const [written, made] of Object.entries(containerKeys))
    it(`is in its spec: ${written.replace(/\n/g, ', ')}`, async () => {
      const { ContainerSpec } = (await spec(written)).TaskTemplate;
      for (const [key, value] of Object.entries(made)) assert.deepEqual(ContainerSpec[key], value);
    });

  it('is in its spec: generic resources', async () => {
    const generic = 'generic_resources: [{ discrete_resource_spec: { kind: gpu, value: 2 } }]';
    const { TaskTemplate } = await spec(`deploy: { resources: { reservations: { ${generic} } } }`);
    assert.deepEqual(TaskTemplate.Resources, {
      Reservations: { GenericResources: [{ DiscreteResourceSpec: { Kind: 'gpu', Value: 2 } }] },
    });
  });

  it('that another tool reads is a warning with its reason', async () => {
    const loaded = await load({
      'compose.yaml': web(
        'build: { context: ., cache_from: [x], labels: { a: b } }\nhealthcheck: { test: x, start_interval: 1s }\n' +
          'container_name: x\npull_policy: always\n' +
          'deploy: { replicas: 2, endpoint_mode: vip, update_config: { order: start-first, delay: 1s } }',
      ),
    });
    assert.deepEqual(
      warningsOf(loaded).map((warning) => warning.split(' ').slice(0, 3).join(' ')),
      [
        'compose.yaml:3:26 compose.unused-key: services.web.build.cache_from:',
        'compose.yaml:3:43 compose.unused-key: services.web.build.labels:',
        'compose.yaml:4:29 compose.newer-engine: services.web.healthcheck.start_interval:',
        'compose.yaml:5:5 compose.unused-key: services.web.container_name:',
        'compose.yaml:6:5 compose.unused-key: services.web.pull_policy:',
        'compose.yaml:7:28 compose.endpoint-mode: services.web.deploy.endpoint_mode:',
        'compose.yaml:7:48 compose.unused-key: services.web.deploy.update_config:',
      ],
    );
    assert.equal(loaded.project?.services[0]?.template.EndpointSpec?.Mode, 'dnsrr');
  });

  it('that cannot be read is told with its place', async () => {
    const loaded = await load({
      'compose.yaml': web(
        `${sound}ulimits: { a: x, b: { soft: 5, hard: 1 }, c: { soft: 1 } }\nextra_hosts: [db, { a: b }]\n` +
          'tmpfs: ["tmp", "/x:exec"]\nsysctls: [a]\ndepends_on: { web: { condition: ready } }',
      ),
    });
    assert.deepEqual(errorsOf(loaded), [
      'compose.yaml:6:19 compose.invalid-value: services.web.ulimits.a: "x" is not allowed here.',
      'compose.yaml:6:25 compose.invalid-value: services.web.ulimits.b: the soft limit is above the hard one.',
      'compose.yaml:6:47 compose.missing-key: services.web.ulimits.c: "hard" is missing.',
      'compose.yaml:7:19 compose.invalid-value: services.web.extra_hosts[0]: "db" is not a host.',
      'compose.yaml:7:23 compose.invalid-value: services.web.extra_hosts[1]: a map is not text.',
      'compose.yaml:8:13 compose.unsupported-value: services.web.tmpfs[0]: "tmp" is not a folder with options that Swarm knows (size, mode).',
      'compose.yaml:8:20 compose.unsupported-value: services.web.tmpfs[1]: "/x:exec" is not a folder with options that Swarm knows (size, mode).',
      'compose.yaml:9:15 compose.invalid-value: services.web.sysctls[0]: has no value.',
      'compose.yaml:10:5 compose.invalid-value: services.web.depends_on: these services wait for each other: web -> web.',
      'compose.yaml:10:37 compose.invalid-value: services.web.depends_on.web.condition: "ready" is not a condition.',
    ]);
  });
});

describe('depends_on', () => {
  const two = (dependsOn: string): Readonly<Record<string, string>> => ({
    'tidegate.yaml': smallTidegate.replace(
      '  web:',
      '  db: { route: { hosts: [d.example], port: 1 } }\n  web:',
    ),
    'compose.yaml': `${web(`${sound}${dependsOn}`)}  db: { image: "d:1", healthcheck: { test: x }, deploy: { replicas: 2 } }\n`,
  });

  it('is read in both forms', async () => {
    for (const written of [
      'depends_on: [db]',
      'depends_on: { db: { condition: service_healthy, required: true } }',
    ])
      assert.deepEqual((await loadRight(two(written))).services[0]?.dependsOn, ['db']);
  });

  it('on a service that is not there is an error, unless it need not be there', async () => {
    assert.deepEqual(errorsOf(await load(two('depends_on: [bd]'))), [
      'compose.yaml:6:18 compose.unknown-service: services.web.depends_on[0]: there is no service "bd".',
    ]);
    assert.deepEqual((await load(two('depends_on: { x: { required: false } }'))).problems, []);
  });
});

describe('env_file', () => {
  const files = {
    'a.env': '\ufeff# one\nA=1\r\n  B = 2\nQ="x"\nURL=a=b#c\n\nGIVEN\nNOT_GIVEN\n'.replace(
      '  B = 2\n',
      '  B=2 \n',
    ),
    'b.env': 'A=3\nC=4\n',
  };

  async function env(lines: string): Promise<readonly string[] | undefined> {
    const project = await loadRight(
      { 'compose.yaml': web(`image: shop:1\n${lines}`), ...files },
      { variables: { GIVEN: 'yes' } },
    );
    return project.services[0]?.template.TaskTemplate.ContainerSpec.Env;
  }

  it('gives its lines as they stand', async () => {
    assert.deepEqual(await env('env_file: a.env'), ['A=1', 'B=2 ', 'GIVEN=yes', 'Q="x"', 'URL=a=b#c']);
  });

  it('gives way to later files and to environment', async () => {
    assert.deepEqual(await env('env_file: [./b.env, { path: b.env, format: raw }]\nenvironment: { C: 5 }'), [
      'A=3',
      'C=5',
    ]);
  });

  it('that need not be there is left out when it is not', async () => {
    assert.deepEqual(await env('env_file: [b.env, { path: c.env, required: false }]'), ['A=3', 'C=4']);
  });

  it('is told with its place when it is missing, outside or wrong', async () => {
    const loaded = await load({
      'compose.yaml': web(
        `${sound}env_file:\n  - c.env\n  - ../a.env\n  - { path: d.env, format: dotenv }\n  - { pth: x }\n  - secret.env`,
      ),
      'd.env': 'A B=1\n  =x\n',
      'secret.env': 'DB_PASSWORD=x\nQ="y"\n',
    });
    assert.deepEqual(errorsOf(loaded), [
      'compose.yaml:7:9 compose.missing-file: services.web.env_file[0]: there is no c.env in the commit, nor one in the checkout that git ignores.',
      'compose.yaml:8:9 compose.outside-repository: services.web.env_file[1]: "../a.env" is not a file of the repository.',
      'compose.yaml:9:32 compose.unsupported-value: services.web.env_file[2].format: "dotenv" is not supported.',
      'compose.yaml:10:9 compose.missing-key: services.web.env_file[3]: "path" is missing.',
      'compose.yaml:10:11 compose.unknown-key: services.web.env_file[3].pth: not a key of a compose file.',
      'd.env:1:1 compose.invalid-value: This line has no usable name.',
      'd.env:2:3 compose.invalid-value: This line has no usable name.',
    ]);
    assert.deepEqual(warningsOf(loaded), [
      'secret.env:1:1 compose.visible-secret: DB_PASSWORD: whoever may look at the Swarm can read this value.',
      'secret.env:2:1 compose.env-file-quotes: Q: the quotes are part of the value, as with "docker stack deploy".',
    ]);
  });
});

describe('profiles', () => {
  const files = {
    'compose.yaml': `${web(sound)}  debug: { image: "d:1", profiles: [debug, all] }\n`,
  };

  it('leave a service out that nobody asked for', async () => {
    assert.deepEqual(
      (await loadRight(files)).services.map(({ name }) => name),
      ['web'],
    );
  });

  it('bring it in when COMPOSE_PROFILES names one, or all', async () => {
    for (const COMPOSE_PROFILES of ['x, debug', '*'])
      assert.deepEqual(
        (await loadRight(files, { variables: { COMPOSE_PROFILES } })).backing.map(({ name }) => name),
        ['debug'],
      );
  });

  it('are named when tidegate.yaml wants a service that they leave out', async () => {
    const tidegate = smallTidegate.replace(
      '  web:',
      '  debug: { route: { hosts: [d.example], port: 1 } }\n  web:',
    );
    assert.deepEqual(errorsOf(await load({ ...files, 'tidegate.yaml': tidegate })), [
      'tidegate.yaml:6:3 config.inactive-profile: services: "debug" is in compose profiles that are not asked for.',
    ]);
  });
});
