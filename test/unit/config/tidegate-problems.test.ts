import assert from 'node:assert/strict';
import { errorsOf, load } from './project-files.ts';

const head = 'version: 1\nproject: shop\nenvironments:\n  dev: { edge: { http: 8080 } }\n';
const services = 'services:\n  web: { route: { port: 3000 } }\n';

/** What is written, and the errors for it: `line:column code: message`, with the hint where it matters. */
const table: readonly { name: string; text: string; errors: readonly string[]; hint?: string }[] = [
  {
    name: 'an unknown key, with the nearest known one',
    text: `${head}services:\n  web:\n    rout: { port: 3000 }\n`,
    errors: [
      '6:3 config.missing-key: services.web: "route" is missing.',
      '7:5 config.unknown-key: services.web: "rout" is not a known key.',
    ],
    hint: 'Did you mean "route"?',
  },
  {
    name: 'an unknown key at the top',
    text: `${head}${services}enviroments: {}\n`,
    errors: ['7:1 config.unknown-key: "enviroments" is not a known key.'],
    hint: 'Did you mean "environments"?',
  },
  {
    name: 'a duration without a unit, as a number and as text',
    text: `${head}services:\n  web:\n    route: { port: 3000 }\n    rollout: { drain: 30, hold: "10" }\n`,
    errors: [
      '8:23 config.invalid-value: services.web.rollout.drain: 30 has no unit.',
      '8:33 config.invalid-value: services.web.rollout.hold: "10" has no unit.',
    ],
    hint: 'How long requests to the old release may still take (default 30s). With its unit: 500ms, 30s, 10m, 1h30m.',
  },
  {
    name: 'durations that are none, too long or too short',
    text: `${head}services:\n  web:\n    route: { port: 3000 }\n    rollout: { drain: soon, keepWarm: 200h, deadline: 0s }\n`,
    errors: [
      '8:23 config.invalid-value: services.web.rollout.drain: "soon" is not a duration.',
      '8:39 config.invalid-value: services.web.rollout.keepWarm: "200h" is out of range (at most seven days).',
      '8:55 config.invalid-value: services.web.rollout.deadline: "0s" is out of range (at most seven days).',
    ],
  },
  {
    name: 'shares without a unit, of 100 % and of 0 %',
    text: `${head}services:\n  web: { route: { port: 3000 }, rollout: { steps: [5, 0%, 100%, 1.234%] } }\n`,
    errors: [
      '6:52 config.invalid-value: services.web.rollout.steps[0]: 5 has no unit.',
      '6:55 config.invalid-value: services.web.rollout.steps[1]: "0%" is not between 0% and 100%.',
      '6:59 config.invalid-value: services.web.rollout.steps[2]: "100%" is not between 0% and 100%.',
      '6:65 config.invalid-value: services.web.rollout.steps[3]: "1.234%" is not a percentage.',
    ],
  },
  {
    name: 'steps that do not grow',
    text: `${head}services:\n  web: { route: { port: 3000 }, rollout: { steps: [50%, 25%, 25%] } }\n`,
    errors: [
      '6:57 config.invalid-value: services.web.rollout.steps[1]: "25%" is not larger than the step before it.',
      '6:62 config.invalid-value: services.web.rollout.steps[2]: "25%" is not larger than the step before it.',
    ],
  },
  {
    name: 'parts that are not built yet, by name',
    text:
      'version: 1\nproject: shop\n\ngates: {}\nflags: flags.yaml\nenvironments:\n' +
      '  dev: { edge: { http: 80 } }\n  ext: { edge: { http: 81 } }\n' +
      'services:\n  web: { route: { port: 3000 }, rollout: { gates: [e] } }\n' +
      '  mailer: { worker: { order: start-first } }\n',
    errors: [
      '4:1 config.not-yet: gates: Gates are not supported yet.',
      '10:44 config.not-yet: services.web.rollout.gates: Gates are not supported yet.',
      '11:3 config.unknown-service: services: the compose file has no service "mailer".',
    ],
  },
  {
    name: 'a host that two services claim, and two services for every other host',
    text:
      `${head}services:\n  web: { route: { hosts: [a.example, b.example], port: 1 } }\n` +
      '  api: { route: { hosts: [b.example], port: 2 } }\n  c: { route: { port: 3 } }\n  d: { route: { port: 4 } }\n',
    errors: [
      '7:3 config.unknown-service: services: the compose file has no service "api".',
      '7:27 config.host-taken: services.api.route.hosts[0]: b.example already belongs to web (tidegate.yaml:6:38).',
      '8:3 config.unknown-service: services: the compose file has no service "c".',
      '9:3 config.unknown-service: services: the compose file has no service "d".',
      '9:8 config.host-taken: services.d.route has no hosts, and neither has c (tidegate.yaml:8:8): both would get every other host.',
    ],
  },
  {
    name: 'a path that two services claim on the same host, and paths that are none',
    text:
      `${head}services:\n  web: { route: { hosts: [a.example, b.example], paths: [/api, /x], port: 1 } }\n` +
      '  api: { route: { hosts: [b.example], paths: [/y, /x], port: 2 } }\n' +
      '  c: { route: { paths: [/z], port: 3 } }\n  d: { route: { paths: [/z, /zz], port: 4 } }\n' +
      '  e: { route: { paths: [api, /a/, /a/../b, "/a b"], stripPrefix: true, port: 5 } }\n  f: { route: { stripPrefix: true, port: 6 } }\n',
    errors: [
      '7:3 config.unknown-service: services: the compose file has no service "api".',
      '7:51 config.path-taken: services.api.route.paths[1]: b.example/x already belongs to web (tidegate.yaml:6:64).',
      '8:3 config.unknown-service: services: the compose file has no service "c".',
      '9:3 config.unknown-service: services: the compose file has no service "d".',
      '9:25 config.path-taken: services.d.route.paths[0]: every other host, /z already belongs to c (tidegate.yaml:8:25).',
      '10:3 config.unknown-service: services: the compose file has no service "e".',
      '10:25 config.invalid-value: services.e.route.paths[0]: "api" is not the beginning of a path.',
      '10:30 config.invalid-value: services.e.route.paths[1]: "/a/" is not the beginning of a path.',
      '10:35 config.invalid-value: services.e.route.paths[2]: "/a/../b" is not the beginning of a path.',
      '10:44 config.invalid-value: services.e.route.paths[3]: "/a b" is not the beginning of a path.',
      '11:3 config.unknown-service: services: the compose file has no service "f".',
      '11:17 config.invalid-value: services.f.route.stripPrefix: there are no paths whose beginning could be taken away.',
    ],
  },
  {
    name: 'settings of the edge that cannot be',
    text:
      'version: 1\nproject: shop\nenvironments:\n' +
      '  dev: { edge: { http: 80, https: 80, tls: [x] } }\n  b: { edge: { http: 80, https: 443 } }\n  c: { edge: { http: 80, tls: [x] } }\n' +
      '  d: { edge: { http: 80, maxBody: 10, maxHeader: 1MB, trustedProxies: [10.0.0.0/33, example.org, 0.0.0.0/0] } }\n' +
      '  e: { edge: { http: 80, https: 443, tls: [A_b] } }\n' +
      'services:\n  web: { route: { port: 1 } }\n',
    errors: [
      '4:35 config.invalid-value: environments.dev.edge.https: 80 is the port of HTTP as well.',
      '5:33 config.invalid-value: environments.b.edge.https: 443 has no certificates: name them under tls, [shop-cert].',
      '6:31 config.invalid-value: environments.c.edge.tls needs a port as well: https, 443.',
      '7:35 config.invalid-value: environments.d.edge.maxBody: 10 has no unit.',
      '7:50 config.invalid-value: environments.d.edge.maxHeader: "1MB" is out of range.',
      '7:72 config.invalid-value: environments.d.edge.trustedProxies[0]: "10.0.0.0/33" is not a network.',
      '7:85 config.invalid-value: environments.d.edge.trustedProxies[1]: "example.org" is not a network.',
      '7:98 config.invalid-value: environments.d.edge.trustedProxies[2]: "0.0.0.0/0" is not a network.',
      '8:44 config.invalid-value: environments.e.edge.tls[0]: "A_b" is not a name.',
    ],
  },
  {
    name: 'an edge without a port that has what only a port makes sense for, or nothing to be found by',
    text:
      'version: 1\nproject: shop\nenvironments:\n' +
      '  a: { edge: none }\n  b: { edge: nothing, url: http://b.example }\n  c: { edge: {}, url: http://c.example }\n' +
      '  d: { edge: { network: proxy, http: 80, https: 443, tls: [x] }, url: http://d.example }\n' +
      '  e: { edge: { http: 80, labels: { a: b } } }\n' +
      '  f: { edge: { network: a b, labels: { tidegate.x: y, z: true } }, url: http://f.example }\n' +
      '  dev: { edge: { network: proxy, labels: { traefik.enable: "true" } }, url: http://dev.example }\n' +
      'services:\n  web: { route: { port: 1 } }\n',
    errors: [
      '4:3 config.missing-key: environments.a: "url" is missing.',
      '5:14 config.invalid-value: environments.b.edge: "nothing" is not a map.',
      '6:8 config.missing-key: environments.c.edge: "http" is missing.',
      '7:38 config.invalid-value: environments.d.edge.http: 80 is a port, but an edge on a network of yours publishes none.',
      '7:49 config.invalid-value: environments.d.edge.https: 443 has no meaning here: the proxy in front ends TLS.',
      '7:59 config.invalid-value: environments.d.edge.tls has no meaning here: the proxy in front ends TLS.',
      '8:34 config.invalid-value: environments.e.edge.labels are for an edge without a port: name its network, proxy.',
      '9:25 config.invalid-value: environments.f.edge.network: "a b" is not the name of a network.',
      "9:40 config.invalid-key: environments.f.edge.labels: \"tidegate.x\" is not a label's name, or one of Tidegate's or Docker's own.",
      '9:58 config.invalid-value: environments.f.edge.labels.z: true is not text: put it in quotes.',
    ],
  },
  {
    name: 'values of the wrong kind, ports, hosts, health paths, addresses, names',
    text:
      'version: 2\nproject: My Shop\nenvironments:\n  Dev: { edge: { http: 8080 } }\n' +
      '  dev: { edge: { http: 70000 }, protected: "yes", url: shop.example, variables: { 1x: 1, X: [secret] } }\n' +
      'services:\n  web: { route: { port: web, hosts: ["http://x"] }, health: healthz, rollout: { unattended: wait } }\n',
    errors: [
      '1:10 config.invalid-value: version: 2 is not a known version.',
      '2:10 config.invalid-value: project: "My Shop" is not a name.',
      '4:3 config.invalid-key: environments: "Dev" is not a name.',
      '5:24 config.invalid-value: environments.dev.edge.http: 70000 is not a port.',
      '5:44 config.invalid-value: environments.dev.protected: "yes" is not true or false.',
      '5:56 config.invalid-value: environments.dev.url: "shop.example" is not an address.',
      '5:83 config.invalid-key: environments.dev.variables: "1x" is not a variable name.',
      '5:93 config.invalid-value: environments.dev.variables.X is a list, neither text nor a number.',
      '7:25 config.invalid-value: services.web.route.port: "web" is not a port.',
      '7:38 config.invalid-value: services.web.route.hosts[0]: "http://x" is not a host name.',
      '7:61 config.invalid-value: services.web.health: "healthz" is not a path.',
      '7:93 config.invalid-value: services.web.rollout.unattended: "wait" is neither revert nor hold.',
    ],
  },
  {
    name: 'maps that are lists, and empty values',
    text: 'version: 1\nproject: shop\nenvironments: [dev]\nservices:\n  web:\n',
    errors: [
      '3:15 config.invalid-value: environments is a list, not a map.',
      '5:7 config.invalid-value: services.web is empty.',
    ],
  },
  {
    name: 'no environment and no service',
    text: 'version: 1\nproject: shop\nenvironments: {}\nservices: {}\n',
    errors: [
      '3:1 config.missing-key: environments: there is none.',
      '4:1 config.missing-key: services: there is none.',
    ],
  },
  {
    name: 'names that Tidegate uses itself',
    text: `${head}services:\n  web-blue: { route: { port: 3000 } }\n  tidegate-edge: { route: { hosts: [e], port: 1 } }\n`,
    errors: [
      '6:3 config.reserved-name: services: "web-blue" is a name Tidegate uses itself.',
      '6:3 config.unknown-service: services: the compose file has no service "web-blue".',
      '7:3 config.reserved-name: services: "tidegate-edge" is a name Tidegate uses itself.',
      '7:3 config.unknown-service: services: the compose file has no service "tidegate-edge".',
    ],
  },
  {
    name: 'a slot name of more than 63 characters',
    text: `version: 1\nproject: shop\nenvironments:\n  dev: { edge: { http: 1 } }\nservices:\n  ${'w'.repeat(49)}: { route: { port: 1 } }\n`,
    errors: [
      `6:3 config.name-too-long: The Swarm service shop-dev_${'w'.repeat(49)}-green would have 64 characters; Swarm allows 63.`,
      `6:3 config.unknown-service: services: the compose file has no service "${'w'.repeat(49)}".`,
    ],
  },
  {
    name: 'a stack name that leaves no room for the names of the ledger',
    text: `version: 1\nproject: ${'p'.repeat(36)}\nenvironments:\n  dev: { edge: { http: 1 } }\n${services}`,
    errors: [
      `4:3 config.name-too-long: The stack ${'p'.repeat(36)}-dev has 1 characters too many: Swarm's configs have names of 64 at most.`,
    ],
  },
  {
    name: 'YAML that cannot be read',
    text: 'version: 1\nproject: shop\n\tenvironments: {}\nproject: two\n',
    errors: ['3:1 yaml.syntax', '4:1 yaml.syntax: The YAML cannot be read: Map keys must be unique.'],
  },
  { name: 'an empty file', text: '# nothing\n', errors: ['1:1 config.missing-key: tidegate.yaml is empty.'] },
  {
    name: 'a file that is no map',
    text: '- version\n',
    errors: ['1:1 config.invalid-value: The file is a list, not a map.'],
  },
  {
    name: 'a compose path that leaves the repository',
    text: `compose: ../compose.yaml\n${head}${services}`,
    errors: ['1:1 config.invalid-value: compose: "../compose.yaml" is not a file of the repository.'],
  },
  {
    name: 'a compose file that is not in the commit',
    text: `${head}compose: deploy/compose.yaml\n${services}`,
    errors: ['5:1 compose.missing: There is no deploy/compose.yaml in the commit.'],
  },
];

describe('problems of tidegate.yaml', () => {
  for (const { name, text, errors, hint } of table)
    it(`are told with their place: ${name}`, async () => {
      const loaded = await load({ 'tidegate.yaml': text });
      const found = errorsOf(loaded).map((error) => error.replace(/^tidegate\.yaml:/, ''));
      assert.deepEqual(
        found.map((error, index) => error.slice(0, errors[index]?.length)),
        errors,
      );
      assert.equal(loaded.project, undefined);
      if (hint !== undefined)
        assert.ok(
          loaded.problems.some((problem) => problem.hint === hint),
          'loaded.problems.some((problem) => problem.hint === hint)',
        );
    });
});
