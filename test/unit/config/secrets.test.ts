import assert from 'node:assert/strict';
import type { CallerFile, CallerFiles } from '../../../agent/config/caller-files.ts';
import type { AppService } from '../../../agent/config/model.ts';
import { errorsOf, load, loadRight, warningsOf } from './project-files.ts';

const head =
  'services:\n  web:\n    image: shop:1\n    healthcheck: { test: "true" }\n    deploy: { replicas: 2 }\n';

function having(files: Readonly<Record<string, string | CallerFile>>): CallerFiles {
  return {
    isIgnored: () => Promise.resolve(false),
    read: (path) => {
      const file = files[path];
      return Promise.resolve(typeof file === 'string' ? { kind: 'data', data: Buffer.from(file) } : file);
    },
  };
}

async function web(compose: string, callerFiles: CallerFiles, variables = {}): Promise<AppService> {
  const { services } = await loadRight({ 'compose.yaml': compose }, { callerFiles, variables });
  const [service] = services;
  if (!service) throw new Error('no service');
  return service;
}

describe('secrets', () => {
  it('are mounted as Docker does it, their content out of reach of whatever is written down', async () => {
    const mounted =
      '    secrets: [password, { source: token, target: /etc/t, uid: "1", gid: "2", mode: 0440 }]\n';
    const declared =
      'secrets:\n  password: { file: secrets/password, labels: { l: m } }\n  token: { environment: TOKEN }\n';
    const service = await web(head + mounted + declared, having({ 'secrets/password': 'hunter2\n' }), {
      TOKEN: 'hunter3',
    });
    assert.deepEqual(service.template.TaskTemplate.ContainerSpec['Secrets'], [
      { File: { Name: 'password', UID: '0', GID: '0', Mode: 0o444 }, SecretName: 'shop-dev_password' },
      { File: { Name: '/etc/t', UID: '1', GID: '2', Mode: 0o440 }, SecretName: 'shop-dev_token' },
    ]);
    assert.deepEqual(
      service.secrets.map(({ name, labels, content }) => [name, labels, Buffer.from(content()).toString()]),
      [
        ['shop-dev_password', { l: 'm' }, 'hunter2\n'],
        ['shop-dev_token', {}, 'hunter3'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(service), /hunter|aHVudGVy|104,117,110/);
  });

  it('are taken byte by byte', async () => {
    const data = Buffer.from([0, 255, 13, 10]);
    const files = having({ key: { kind: 'data', data } });
    const service = await web(`${head}    secrets: [key]\nsecrets: { key: { file: ./key } }\n`, files);
    assert.deepEqual(service.secrets[0]?.content(), data);
  });

  it('that nobody mounts need not be there', async () => {
    const service = await web(
      `${head}secrets: { key: { file: ./key }, v: { environment: V } }\n`,
      having({}),
    );
    assert.deepEqual(service.secrets, []);
  });

  it('may be the Swarm’s own, by their name there', async () => {
    const declared = 'secrets: { a: { external: true }, b: { external: true, name: b.v2 } }\n';
    const service = await web(`${head}    secrets: [a, b]\n${declared}`, having({}));
    assert.deepEqual(service.secrets, []);
    assert.deepEqual(
      service.externalFiles.map(({ kind, name, at }) => [kind, name, at.line, at.column]),
      [
        ['secret', 'a', 7, 12],
        ['secret', 'b.v2', 7, 35],
      ],
    );
  });

  it('may lie outside of the repository, which is said', async () => {
    const compose = `${head}    secrets: [a, b]\nsecrets: { a: { file: /run/a }, b: { file: ../../b } }\n`;
    const files = having({ '/run/a': 'a', '../../b': 'b' });
    const loaded = await load({ 'compose.yaml': compose }, { callerFiles: files });
    assert.deepEqual(warningsOf(loaded), [
      'compose.yaml:7:17 compose.outside-repository: secrets.a.file: /run/a is read from outside of the repository.',
      'compose.yaml:7:38 compose.outside-repository: secrets.b.file: ../../b is read from outside of the repository.',
    ]);
  });

  it('that cannot be had are told with their place, and nothing of what is in them', async () => {
    const wrong = `secrets:
  gone: { file: ./gone }
  unset: { environment: UNSET }
  folder: { file: etc }
  empty: { file: empty }
  large: { environment: LARGE }
  home: { file: ~/x }
  none: {}
  both: { file: a, environment: B }
  inline: { content: hunter2 }
  driven: { file: a, driver: vault }
  mixed: { external: true, file: a }
  "no name": { environment: LARGE }
  dotted.: { external: true }
`;
    const names = 'gone unset folder empty large home none both inline driven mixed "no name" dotted. other';
    const compose = `${head}    secrets: [${(names.match(/"[^"]+"|\S+/g) ?? []).join(', ')}]\n${wrong}`;
    const callerFiles = having({
      etc: { kind: 'unreadable', why: 'it is a folder' },
      empty: '',
      a: 'hunter2',
    });
    const loaded = await load(
      { 'compose.yaml': compose },
      { callerFiles, variables: { LARGE: 'hunter2'.repeat(80_000) } },
    );
    assert.deepEqual(errorsOf(loaded), [
      'compose.yaml:6:111 compose.unknown-secret: services.web.secrets[13]: the secret "other" is not declared.',
      'compose.yaml:8:17 compose.missing-secret: secrets.gone.file: there is no gone in the checkout.',
      'compose.yaml:9:25 compose.variable-required: secrets.unset.environment: the variable UNSET is not set.',
      'compose.yaml:10:19 compose.missing-secret: secrets.folder.file: etc cannot be used: it is a folder.',
      'compose.yaml:11:18 compose.invalid-value: secrets.empty.file: Swarm takes secrets of 1 byte to 500 KB; this has 0 bytes.',
      'compose.yaml:12:25 compose.invalid-value: secrets.large.environment: Swarm takes secrets of 1 byte to 500 KB; this has 560000 bytes.',
      'compose.yaml:13:17 compose.invalid-value: secrets.home.file: "~/x" is not a path.',
      'compose.yaml:14:3 compose.missing-key: secrets.none: has neither "file" nor "environment".',
      'compose.yaml:15:20 compose.conflict: secrets.both.environment: a secret has one source.',
      'compose.yaml:16:3 compose.missing-key: secrets.inline: has neither "file" nor "environment".',
      'compose.yaml:16:13 compose.unsupported-key: secrets.inline.content: not supported yet.',
      'compose.yaml:17:22 compose.unsupported-key: secrets.driven.driver: not supported yet.',
      'compose.yaml:18:28 compose.unsupported-key: secrets.mixed.file: not supported yet.',
      'compose.yaml:19:3 compose.invalid-name: secrets.no name: Swarm refuses the name shop-dev_no name-000000000000 of a secret.',
      'compose.yaml:20:3 compose.invalid-name: secrets.dotted.: Swarm refuses the name dotted. of a secret.',
    ]);
    assert.doesNotMatch(JSON.stringify(loaded), /hunter/);
  });
});
