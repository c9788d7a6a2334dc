import assert from 'node:assert/strict';
import { errorsOf, load, warningsOf } from './project-files.ts';

/** Lines of the service `web`, from line 3 on. */
function web(lines: string): string {
  return `services:\n  web:\n${lines.replace(/^/gm, '    ')}\n`;
}

const sound = 'image: shop:1\nhealthcheck: { test: "true" }\n';

const table: readonly { name: string; compose: string; errors: readonly string[]; hint?: RegExp }[] = [
  {
    name: 'ports of a routed service, with the fix',
    compose: web(`${sound}ports: ["80:80"]`),
    errors: ['5:5 compose.ports: services.web.ports: only the edge publishes ports'],
    hint: /^Remove "ports:", or write "ports: ignore"/,
  },
  {
    name: 'keys that are not supported, each by name',
    compose: web(`${sound}links: [s]\nprivileged: true\nshm_size: 1g\nipc: host`),
    errors: [
      '5:5 compose.unsupported-key: services.web.links: not supported yet.',
      '6:5 compose.unsupported-key: services.web.privileged: not supported yet.',
      '7:5 compose.unsupported-key: services.web.shm_size: not supported yet.',
      '8:5 compose.unsupported-key: services.web.ipc: not supported yet.',
    ],
    hint: /^Remove it: Swarm services have no namespaces/,
  },
  {
    name: 'an unknown key, with the nearest known one',
    compose: web(`${sound}enviroment: { A: b }\nzzz: 1`),
    errors: [
      '5:5 compose.unknown-key: services.web.enviroment: not a key of a compose file.',
      '6:5 compose.unknown-key: services.web.zzz: not a key of a compose file.',
    ],
    hint: /^Did you mean "environment"\?$/,
  },
  {
    name: 'top-level parts',
    compose: `${web(sound)}models: { a: {} }\nservice: {}\nnetworks:\n  back: { driver: bridge }\n`,
    errors: [
      '6:1 compose.unsupported-key: models: not supported yet.',
      '7:1 compose.unknown-key: service: not a key of a compose file.',
      '9:19 compose.unsupported-value: networks.back.driver: "bridge" is not supported: Swarm services need an overlay network.',
    ],
  },
  {
    name: 'a network that is not declared, and options of an attachment',
    compose: `${web(`${sound}networks: { bakc: , default: { aliases: [x] } }`)}networks: { back: }\n`,
    errors: [
      '5:17 compose.unknown-network: services.web.networks.bakc: the network "bakc" is not declared.',
      '5:36 compose.unsupported-key: services.web.networks.default.aliases: its two slots would both answer to the name, whichever of them is live.',
    ],
    hint: /^Did you mean "back"\? Networks are declared/,
  },
  {
    name: 'networks that cannot be made, or of which more is said than somebody else decides',
    compose:
      `${web(sound)}networks:\n` +
      '  a: { ipam: { driver: own, config: [{ subnet: 10.0.0.1, gateway: 10.0.0.1 }] } }\n' +
      '  b: { external: true, attachable: true }\n  c: { external: true, name: host }\n' +
      '  d: { name: "no name", internal: maybe, labels: { tidegate.x: y } }\n  e: { enable_ipv6: true }\n',
    errors: [
      '7:24 compose.unsupported-value: networks.a.ipam.driver: "own" is not supported: Swarm gives addresses itself.',
      '7:48 compose.invalid-value: networks.a.ipam.config[0].subnet: "10.0.0.1" is not a subnet.',
      '7:58 compose.unsupported-key: networks.a.ipam.config[0].gateway: not supported yet.',
      '8:24 compose.unsupported-value: networks.b.attachable: has no effect on a network that is external.',
      '9:3 compose.unsupported-value: networks.c: the network host is one of a node, where the edge cannot reach a service.',
      '10:8 compose.invalid-name: networks.d.name: the network no name cannot be made: Swarm refuses the name.',
      '10:35 compose.invalid-value: networks.d.internal: "maybe" is not true or false.',
      '10:52 compose.reserved-label: networks.d.labels.tidegate.x: Tidegate and Docker set labels with this beginning themselves.',
      '11:8 compose.unsupported-key: networks.e.enable_ipv6: not supported yet.',
    ],
  },
  {
    name: 'durations without a unit, sizes and CPUs',
    compose: web(
      'image: shop:1\nstop_grace_period: 20\nhealthcheck: { test: x, interval: 5, timeout: 1us }\ndeploy: { resources: { limits: { cpus: all, memory: 5X } } }',
    ),
    errors: [
      '4:24 compose.invalid-value: services.web.stop_grace_period: 20 has no unit.',
      '5:39 compose.invalid-value: services.web.healthcheck.interval: 5 has no unit.',
      '5:51 compose.invalid-value: services.web.healthcheck.timeout: "1us" is too short.',
      '6:44 compose.invalid-value: services.web.deploy.resources.limits.cpus: "all" is not a number of CPUs.',
      '6:57 compose.invalid-value: services.web.deploy.resources.limits.memory: "5X" is not a size.',
    ],
    hint: /^A duration with its unit: 500ms, 30s, 1m30s\.$/,
  },
  {
    name: 'health checks that Docker would refuse',
    compose: web(
      'image: shop:1\nhealthcheck: { test: [curl, x], disable: false, start_interval: 1s, tset: a }',
    ),
    errors: [
      '4:26 compose.invalid-value: services.web.healthcheck.test: a list has to start with CMD, CMD-SHELL or NONE',
      '4:73 compose.unknown-key: services.web.healthcheck.tset: not a key of a compose file.',
    ],
  },
  {
    name: 'a disabled health check with a test',
    compose: web('image: shop:1\nhealthcheck: { test: x, disable: true }'),
    errors: [
      '4:20 compose.conflict: services.web.healthcheck.test: a health check that is disabled has no test.',
    ],
  },
  {
    name: 'neither image nor build, and images with bad names',
    compose: web('command: x'),
    errors: ['2:3 compose.missing-key: services.web: has neither "image" nor "build".'],
  },
  {
    name: 'an image name in upper case',
    compose: web('image: Shop:1\nhealthcheck: { test: x }'),
    errors: ['3:12 compose.invalid-value: services.web.image: "Shop:1" is not an image name.'],
  },
  {
    name: 'contexts outside of the repository, absolute, remote',
    compose: web('build: ../app'),
    errors: ['3:12 compose.outside-repository: services.web.build: "../app" is outside of the repository.'],
  },
  {
    name: 'an absolute Dockerfile, and build options',
    compose: web('build:\n  context: .\n  dockerfile: /Dockerfile\n  ssh: [default]\n  agrs: {}'),
    errors: [
      '5:19 compose.outside-repository: services.web.build.dockerfile: "/Dockerfile" is outside of the repository.',
      '6:7 compose.unsupported-key: services.web.build.ssh: not supported yet.',
      '7:7 compose.unknown-key: services.web.build.agrs: not a key of a compose file.',
    ],
    hint: /^Did you mean "args"\?$/,
  },
  {
    name: 'a remote context',
    compose: web('build: https://github.com/a/b.git'),
    errors: [
      '3:12 compose.unsupported-value: services.web.build: "https://github.com/a/b.git" is not a folder',
    ],
  },
  {
    name: 'a build without context, a Dockerfile that is the folder',
    compose: web('build: { dockerfile: D }'),
    errors: ['3:5 compose.missing-key: services.web.build: "context" is missing.'],
  },
  {
    name: 'a Dockerfile that is a folder',
    compose: web('build: { context: ., dockerfile: . }'),
    errors: ['3:38 compose.invalid-value: services.web.build.dockerfile: "." is the folder, not a file.'],
  },
  {
    name: 'deploy modes',
    compose: web(
      `${sound}deploy: { mode: global, endpoint_mode: vup, replicas: 0, restart_policy: { condition: maybe } }`,
    ),
    errors: [
      '5:21 compose.unsupported-value: services.web.deploy.mode: "global" is not supported for a service with a route.',
      '5:44 compose.invalid-value: services.web.deploy.endpoint_mode: "vup" is not an endpoint mode.',
      '5:59 compose.invalid-value: services.web.deploy.replicas: 0 is not allowed here.',
      '5:91 compose.invalid-value: services.web.deploy.restart_policy.condition: "maybe" is not a condition.',
    ],
  },
  {
    name: 'environment values that are no text, and bare booleans',
    compose: web(`${sound}environment:\n  A: true\n  B: [x]\nlabels: { tidegate.slot: x, com.docker.x: y }`),
    errors: [
      '6:10 compose.invalid-value: services.web.environment.A: true is not text.',
      '7:10 compose.invalid-value: services.web.environment.B: a map or a list is not a value here.',
      '8:15 compose.reserved-label: services.web.labels.tidegate.slot: Tidegate and Docker set labels',
      '8:33 compose.reserved-label: services.web.labels.com.docker.x: Tidegate and Docker set labels',
    ].sort((a, b) => Number.parseInt(a) - Number.parseInt(b)),
    hint: /^Put it in quotes: "true"\.$/,
  },
  {
    name: 'commands that cannot be split or are empty',
    compose: web(`${sound}command: "sh -c 'x"\nentrypoint: []`),
    errors: [
      `5:14 compose.invalid-value: services.web.command: "sh -c 'x" has a quote that is not closed.`,
      '6:17 compose.invalid-value: services.web.entrypoint: an empty command cannot be told to Swarm.',
    ],
  },
  {
    name: 'services of tidegate.yaml that the compose file does not have',
    compose: 'services:\n  wbe: { image: a:1 }\n  db: { image: postgres:16 }\n',
    errors: ['tidegate.yaml:6:3 config.unknown-service: services: the compose file has no service "web".'],
    hint: /^Did you mean "wbe"\?$/,
  },
  {
    name: 'variables: syntax, required, with the place inside of a text',
    compose: web(
      'image: "shop:${TAG"\nenvironment:\n  A: one $ two ${OK:-x} ${MUST:?tell it}\n  B: |\n    first\n    ${MUST}${1}\nhealthcheck: { test: x }',
    ),
    errors: [
      '3:18 compose.variable-syntax: The "${TAG" here is not closed.',
      '5:14 compose.variable-syntax: A "$" here has no variable name behind it.',
      '5:29 compose.variable-required: The variable MUST must be set: tell it.',
      '8:16 compose.variable-syntax: The "${" here has no variable name behind it.',
    ],
    hint: /^Write "\$\$" for a dollar sign\.$/,
  },
  {
    name: 'an empty file',
    compose: '',
    errors: ['1:1 compose.missing-key: compose.yaml holds no services.'],
  },
  {
    name: 'no services',
    compose: 'x-a: 1\n',
    errors: ['1:1 compose.missing-key: compose.yaml holds no services.'],
  },
  {
    name: 'services that are a list',
    compose: 'services: [web]\n',
    errors: ['1:11 compose.invalid-value: services: a list is not a map.'],
  },
  {
    name: 'a service that is empty',
    compose: 'services:\n  web:\n',
    errors: ['2:7 compose.invalid-value: services.web: a service is a map.'],
  },
  {
    name: 'aliases that lead nowhere or multiply without end',
    compose: `services: *nothing\nx-a: &a [${'x,'.repeat(99)}x]\nx-b: &b [${'*a,'.repeat(99)}*a]\nx-c: [${'*b,'.repeat(99)}*b]\n`,
    errors: [
      '1:1 compose.missing-key: compose.yaml holds no services.',
      '1:11 yaml.unknown-anchor: The alias *nothing names no anchor above it.',
      '4:6 yaml.too-large: With its aliases written out this holds more than 100,000 values.',
    ],
  },
  {
    name: 'tags, bad merges, keys that are none',
    compose: 'services:\n  web:\n    image: a:1\n    <<: text\n    ? [x]\n    : y\n    __proto__: z\n',
    errors: [
      '4:9 yaml.bad-merge: Only a map, or a list of maps, can be merged in with <<.',
      '5:7 yaml.bad-key: A map or a list cannot be a key.',
      '7:5 yaml.bad-key: This cannot be a key.',
    ],
  },
  {
    name: 'a tag that changes what is meant',
    compose: 'services:\n  web: !reset null\n',
    errors: ['2:8 yaml.syntax: The YAML cannot be read: Unresolved tag: !reset.'],
    hint: /^Remove the tag/,
  },
];

describe('problems of a compose file', () => {
  for (const { name, compose, errors, hint } of table)
    it(`are told with their place: ${name}`, async () => {
      const loaded = await load({ 'compose.yaml': compose });
      const found = errorsOf(loaded).map((error) => error.replace(/^compose\.yaml:/, ''));
      assert.deepEqual(
        found.map((error, index) => error.slice(0, errors[index]?.length)),
        errors,
      );
      assert.equal(loaded.project, undefined);
      if (hint)
        assert.ok(
          loaded.problems.some((problem) => hint.test(problem.hint)),
          'loaded.problems.some((problem) => hint.test(problem.hint))',
        );
    });

  it('never show what a variable holds', async () => {
    const variables = { SECRET_THING: 'hunter2 hunter2' };
    const keys = 'image: ${SECRET_THING}\nstop_grace_period: ${SECRET_THING}\ninit: ${SECRET_THING}\n';
    const more =
      'command: "\'${SECRET_THING}"\ndeploy: { replicas: "${SECRET_THING}", mode: "${SECRET_THING}" }\n';
    const { problems } = await load({ 'compose.yaml': web(keys + more) }, { variables });
    assert.ok(problems.length >= 6, 'problems.length >= 6');
    assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
  });
});

describe('warnings about a compose file', () => {
  it('name what is probably not wanted', async () => {
    const loaded = await load({
      'compose.yaml': web(
        'image: shop\nexpose: [80]\nstop_grace_period: 5s\nenvironment: { DB_PASSWORD: x, EMPTY_TOKEN: "", V: 1.10, "N": }\ndeploy: { update_config: {} }',
      ),
    });
    assert.deepEqual(
      warningsOf(loaded).map((warning) =>
        warning.slice('compose.yaml:'.length).split(':').slice(0, 3).join(':'),
      ),
      [
        '2:3 compose.no-healthcheck: services.web',
        '2:3 compose.one-replica: services.web',
        '3:5 compose.moving-tag: services.web.image',
        '4:5 compose.unused-key: services.web.expose',
        '5:5 config.drain-longer-than-grace: services.web',
        '6:20 compose.visible-secret: services.web.environment.DB_PASSWORD',
        '6:53 compose.number-changes: services.web.environment.V',
        '6:62 compose.variable-unset: services.web.environment.N',
        '7:15 compose.unused-key: services.web.deploy.update_config',
      ],
    );
    assert.ok(loaded.project, 'loaded.project');
  });

  it('point at an unset variable, which counts as empty', async () => {
    const compose = web('image: "shop:1${SUFFIX}"\nhealthcheck: { test: x }\ndeploy: { replicas: 2 }');
    const loaded = await load({ 'compose.yaml': compose });
    assert.deepEqual(warningsOf(loaded), [
      'compose.yaml:3:19 compose.variable-unset: The variable SUFFIX is not set; it counts as empty.',
    ]);
    assert.deepEqual(loaded.project?.services[0]?.source, { kind: 'image', ref: 'shop:1' });
  });

  it('say nothing about a file that has all of it', async () => {
    const compose = web(
      'image: shop:1.2\nstop_grace_period: 30s\nhealthcheck: { test: x }\ndeploy: { replicas: 2 }',
    );
    assert.deepEqual((await load({ 'compose.yaml': compose })).problems, []);
  });
});
