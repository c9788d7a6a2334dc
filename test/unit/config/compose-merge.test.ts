import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { mergeCompose } from '../../../agent/config/compose-merge.ts';
import { Report } from '../../../agent/config/report.ts';
import { readYaml } from '../../../agent/config/yaml-source.ts';
import { plainOf, type Tree } from '../../../agent/config/yaml-tree.ts';

function read(file: string, value: unknown, report: Report): Tree {
  const tree = readYaml(file, typeof value === 'string' ? value : stringify(value), report);
  assert.ok(tree, 'a tree');
  return tree;
}

/** The service `web` of both, merged. */
function merged(base: string, over: string): unknown {
  const report = new Report();
  const [one, other] = [base, over].map((lines, index) =>
    read(`${index}.yaml`, `services:\n  web:\n${lines.replace(/^/gm, '    ')}`, report),
  );
  assert.ok(one && other, 'two trees');
  const whole = plainOf(mergeCompose(one, other, report)) as { services: { web: unknown } };
  assert.deepEqual(report.problems(), []);
  return whole.services.web;
}

const table: readonly [what: string, base: string, over: string, whole: unknown][] = [
  ['single values: the later one', 'image: a:1\nuser: x', 'image: b:2', { image: 'b:2', user: 'x' }],
  ['empty values: the earlier one', 'image: a:1', 'image:', { image: 'a:1' }],
  [
    'maps: key by key',
    'deploy: { replicas: 1, mode: x }',
    'deploy: { replicas: 2 }',
    {
      deploy: { replicas: 2, mode: 'x' },
    },
  ],
  [
    'environment in two forms',
    'environment: [A=1, B=2, C=3]',
    'environment: { B: 5, C: , D: 6 }',
    {
      environment: { A: '1', B: 5, C: null, D: 6 },
    },
  ],
  ['labels', 'labels: { a: b }', 'labels: ["a=c", "x=y=z"]', { labels: { a: 'c', x: 'y=z' } }],
  [
    'commands: the later one',
    'command: [a, b]\nentrypoint: x',
    'command: c\nentrypoint: [y]',
    {
      command: 'c',
      entrypoint: ['y'],
    },
  ],
  [
    'health checks: the test is replaced',
    'healthcheck: { test: [CMD, a], retries: 1 }',
    'healthcheck: { test: [CMD, b] }',
    {
      healthcheck: { test: ['CMD', 'b'], retries: 1 },
    },
  ],
  [
    'names: each once',
    'cap_add: [A, B]\ndns: 1.1.1.1',
    'cap_add: [B, C]\ndns: [2.2.2.2]',
    {
      cap_add: ['A', 'B', 'C'],
      dns: ['1.1.1.1', '2.2.2.2'],
    },
  ],
  [
    'env files: in order, each once',
    'env_file: a.env',
    'env_file: [{ path: a.env, required: false }, b.env]',
    {
      env_file: [{ path: 'a.env', required: false }, 'b.env'],
    },
  ],
  [
    'builds in two forms',
    'build: ./app',
    'build: { target: x, args: [A=1] }',
    {
      build: { context: './app', target: 'x', args: ['A=1'] },
    },
  ],
  [
    'networks in two forms',
    'networks: [a, b]',
    'networks: { b: { aliases: [x] } }',
    {
      networks: { a: null, b: { aliases: ['x'] } },
    },
  ],
  [
    'depends_on in two forms',
    'depends_on: [a]',
    'depends_on: { b: { condition: service_started } }',
    {
      depends_on: { a: null, b: { condition: 'service_started' } },
    },
  ],
  [
    'volumes by their target',
    'volumes: ["a:/x", "b:/y:ro"]',
    'volumes: [{ type: volume, source: c, target: /y }]',
    {
      volumes: ['a:/x', { type: 'volume', source: 'c', target: '/y' }],
    },
  ],
  [
    'configs by their target',
    'configs: [a, b]',
    'configs: [{ source: c, target: b }]',
    {
      configs: ['a', { source: 'c', target: 'b' }],
    },
  ],
  [
    'logging of one driver',
    'logging: { driver: x, options: { a: 1 } }',
    'logging: { options: { b: 2 } }',
    {
      logging: { driver: 'x', options: { a: 1, b: 2 } },
    },
  ],
  [
    'logging of another driver',
    'logging: { driver: x, options: { a: 1 } }',
    'logging: { driver: y }',
    {
      logging: { driver: 'y' },
    },
  ],
  [
    'ulimits in two forms',
    'ulimits: { n: { soft: 1, hard: 2 }, m: 3 }',
    'ulimits: { n: 5, m: { hard: 4 } }',
    {
      ulimits: { n: 5, m: { hard: 4 } },
    },
  ],
  [
    'other lists: appended',
    'deploy: { placement: { preferences: [{ spread: a }] } }',
    'deploy: { placement: { preferences: [{ spread: b }] } }',
    {
      deploy: { placement: { preferences: [{ spread: 'a' }, { spread: 'b' }] } },
    },
  ],
  [
    'extra hosts by their name',
    'extra_hosts: ["a:1.1.1.1"]',
    'extra_hosts: ["a=2.2.2.2", "b:::1"]',
    {
      extra_hosts: { a: '2.2.2.2', b: '::1' },
    },
  ],
];

describe('one compose file laid over another', () => {
  for (const [what, base, over, whole] of table)
    it(`merges ${what}`, () => assert.deepEqual(merged(base, over), whole));

  it('cannot lay a list over a map, and says where', () => {
    const report = new Report();
    const base = read('a.yaml', 'services:\n  web: { deploy: { replicas: 1 } }\n', report);
    const over = read('b.yaml', 'services:\n  web:\n    deploy: [x]\n', report);
    mergeCompose(base, over, report);
    assert.deepEqual(
      report.problems().map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
      [
        'b.yaml:3:13 services.web.deploy: a list cannot be laid over a map (a.yaml:2:17).'.replace(
          ':17)',
          ')',
        ),
      ],
    );
  });
});

const keys = [
  'image',
  'command',
  'environment',
  'labels',
  'deploy',
  'volumes',
  'networks',
  'build',
  'logging',
  'a',
];
const leaf = fc.oneof(fc.constantFrom(null, true, 0, 'a', 'a=b', 'a:/b', 'x'), fc.string({ maxLength: 4 }));
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 3 }),
  ),
})).node;
const project = fc
  .dictionary(fc.constantFrom('web', 'db'), fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 }))
  .map((services) => ({ services }));

describe('merging any two projects', () => {
  it('never throws, and every problem has a place in one of the files', () => {
    fc.assert(
      fc.property(project, project, (one, other) => {
        const report = new Report();
        mergeCompose(read('a.yaml', one, report), read('b.yaml', other, report), report);
        for (const { file, line, column } of report.problems()) {
          assert.match(file, /^[ab]\.yaml$/);
          assert.ok(line >= 1 && column >= 1, `${line}:${column}`);
        }
      }),
    );
  });

  it('with an empty one changes nothing', () => {
    fc.assert(
      fc.property(project, (one) => {
        const report = new Report();
        const [tree, empty] = [read('a.yaml', one, report), read('b.yaml', { services: {} }, report)];
        assert.deepEqual(plainOf(mergeCompose(tree, empty, report)), plainOf(tree));
        assert.deepEqual(plainOf(mergeCompose(empty, tree, report)), plainOf(tree));
      }),
    );
  });

  it('keeps every service, and every key of the later one', () => {
    fc.assert(
      fc.property(project, project, (one, other) => {
        const report = new Report();
        const whole = plainOf(
          mergeCompose(read('a.yaml', one, report), read('b.yaml', other, report), report),
        ) as typeof one;
        for (const part of [one, other])
          for (const [name, service] of Object.entries(part.services))
            for (const key of Object.keys(service))
              assert.ok(key in (whole.services[name] ?? {}), `${name}.${key}`);
      }),
    );
  });
});
