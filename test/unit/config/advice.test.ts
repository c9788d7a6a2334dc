import assert from 'node:assert/strict';
import { applyChanges } from '../../../agent/config/fix/fixes.ts';
import { pinChange } from '../../../agent/config/fix/pin.ts';
import type { Problem } from '../../../agent/config/model.ts';
import { load, smallTidegate } from './project-files.ts';

const digest = `sha256:${'a'.repeat(64)}`;

async function found(code: string, files: Readonly<Record<string, string>>): Promise<readonly Problem[]> {
  return (await load(files)).problems.filter((problem) => problem.code === code);
}

async function repaired(
  code: string,
  file: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const changes = (await found(code, files)).flatMap(({ change }) => change ?? []);
  assert.ok(changes.length > 0, `${code} has a repair`);
  const { text, applied } = applyChanges(files[file] ?? '', changes);
  assert.equal(applied.length, changes.length, 'each is made');
  return text;
}

describe('a single worker that stops first', () => {
  const tidegate = (worker: string): string =>
    smallTidegate.replace('  web: { route: { port: 3000 } }\n', `  jobs: { worker: ${worker} } # jobs\n`);
  const compose = (more = ''): string => `services:\n  jobs: { image: "j:1.2"${more} }\nvolumes: { data: }\n`;

  it('is told, with a repair that keeps the comment', async () => {
    const files = {
      'tidegate.yaml': tidegate('{ order: stop-first, drain: 5s }'),
      'compose.yaml': compose(),
    };
    const [problem] = await found('config.worker-gap', files);
    assert.deepEqual([problem?.severity, problem?.file, problem?.line], ['warning', 'tidegate.yaml', 6]);
    assert.equal(
      await repaired('config.worker-gap', 'tidegate.yaml', files),
      tidegate('{ order: start-first, drain: 5s }'),
    );
  });

  it('is right where two of them must not write to one volume, or there are several, or one on every node', async () => {
    for (const more of [', volumes: ["data:/d"]', ', deploy: { replicas: 2 }', ', deploy: { mode: global }'])
      assert.deepEqual(
        await found('config.worker-gap', {
          'tidegate.yaml': tidegate('{ order: stop-first }'),
          'compose.yaml': compose(more),
        }),
        [],
        more,
      );
    assert.deepEqual(
      await found('config.worker-gap', { 'tidegate.yaml': tidegate('{}'), 'compose.yaml': compose() }),
      [],
    );
  });
});

describe('a tag that moves', () => {
  const compose = (image: string): string => `services:\n  web:\n    image: ${image} # it\n`;

  it('is one without a version, and of official images a whole major version', async () => {
    for (const image of ['shop', 'shop:latest', 'a.example/shop:main', 'redis:7', 'node:22-alpine'])
      assert.equal((await found('compose.moving-tag', { 'compose.yaml': compose(image) })).length, 1, image);
    for (const image of ['shop:1.2', 'a.example/shop:41', 'redis:7.2-alpine', `redis:7@${digest}`])
      assert.equal((await found('compose.moving-tag', { 'compose.yaml': compose(image) })).length, 0, image);
  });

  it('is pinned by whoever knows the digest, unless it is a variable', async () => {
    const [problem] = await found('compose.moving-tag', { 'compose.yaml': compose('redis:7') });
    assert.ok(problem?.pin, 'it can be pinned');
    assert.equal(
      applyChanges(compose('redis:7'), [pinChange(problem.pin, digest)]).text,
      compose(`redis:7@${digest}`),
    );
    const [variable] = await found('compose.moving-tag', { 'compose.yaml': compose('"redis:${TAG:-7}"') });
    assert.equal(variable?.pin, undefined);
  });
});

describe('a file of the checkout that is mounted', () => {
  const conf = 'server { listen 80; }\n';

  it('becomes a config', async () => {
    const before = `x-common: &common
  logging: { driver: local }
services:
  web:
    <<: *common
    image: nginx:1.27
    volumes:
      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro # the routes
      - type: bind
        source: ./start.sh
        target: /docker-entrypoint.d/start.sh
    deploy: { replicas: 2 } # two
`;
    const files = { 'compose.yaml': before, 'nginx.conf': conf, 'start.sh': '#!/bin/sh\n' };
    assert.equal(
      await repaired('compose.unsupported-value', 'compose.yaml', files),
      `x-common: &common
  logging: { driver: local }
services:
  web:
    <<: *common
    image: nginx:1.27
    # the routes
    deploy: { replicas: 2 } # two
    configs:
      - { source: start-sh, target: /docker-entrypoint.d/start.sh, mode: "0555" }
      - { source: nginx-conf, target: /etc/nginx/conf.d/default.conf }
configs:
  start-sh:
    file: ./start.sh
  nginx-conf:
    file: ./nginx.conf
`,
    );
  });

  it('is the same config for two services, and takes no name that is another file', async () => {
    const before = `services:
  web: { image: "nginx:1.27", volumes: ["./nginx.conf:/a:ro"] }
configs:
  nginx-conf: { file: other.conf }
  mine: { file: ./nginx.conf }
`;
    const text = await repaired('compose.unsupported-value', 'compose.yaml', {
      'compose.yaml': before,
      'nginx.conf': conf,
    });
    assert.match(text, /configs: \[\{ source: mine, target: \/a \}\]/);
    const other = before.replace('  mine: { file: ./nginx.conf }\n', '');
    assert.match(
      await repaired('compose.unsupported-value', 'compose.yaml', {
        'compose.yaml': other,
        'nginx.conf': conf,
      }),
      /nginx-conf-2:\n {4}file: \.\/nginx\.conf/,
    );
  });

  it('stays for people where it is no text, is not in the commit, or its name is a variable', async () => {
    const compose = (source: string): string =>
      `services:\n  web: { image: "nginx:1.27", volumes: ["${source}:/a:ro"] }\n`;
    for (const [source, file, text] of [
      ['./logo.png', 'logo.png', 'a\ufffdb'],
      ['./html', 'html/index.html', '<p>'],
      ['./gone.conf', 'nginx.conf', conf],
      ['${CONF:-./nginx.conf}', 'nginx.conf', conf],
      ['../nginx.conf', 'nginx.conf', conf],
    ] as const) {
      const problems = await found('compose.unsupported-value', {
        'compose.yaml': compose(source),
        [file]: text,
      });
      assert.deepEqual(
        problems.map(({ change }) => change),
        [undefined],
        source,
      );
    }
  });
});
