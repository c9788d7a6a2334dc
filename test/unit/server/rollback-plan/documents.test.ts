import assert from 'node:assert/strict';
import { flagsDocument, serviceDocuments } from '../../../../agent/server/rollback-plan/documents.ts';
import { looksLikeMigration } from '../../../../agent/server/rollback-plan/migrations.ts';
import { shownText } from '../../../../agent/server/rollback-plan/shown-text.ts';
import type { Compared } from '../../../../agent/server/plan/differences.ts';
import { aService } from '../../release/model/agent.ts';

interface Change {
  readonly image?: string;
  readonly env?: readonly string[];
  readonly secret?: string;
  readonly token?: string;
}

function service({ image = 'i1', env = [], secret = '1', token = '' }: Change): Compared {
  const made = aService({ content: 'c', image, digest: 'd', replicas: 1, steps: [] });
  const { route, health, replicas, networks, rollout, spec } = made;
  const container = {
    ...spec.TaskTemplate.ContainerSpec,
    Env: env,
    Labels: { 'com.docker.stack.namespace': 'shop-dev', ...(token && { 'x.token': token }) },
    Secrets: [{ File: { Name: 'db' }, SecretName: `shop-dev_db-${secret.repeat(12)}` }],
  };
  return {
    ...{ image, route, health, replicas, networks, rollout },
    spec: { ...spec, TaskTemplate: { ContainerSpec: container } },
  };
}

describe('what differs of a service, as texts', () => {
  it('is nothing between equals', () => {
    assert.deepEqual(serviceDocuments({ service: 'web', before: service({}), after: service({}) }), []);
  });

  it('is its spec as YAML, and its environment line by line in order', () => {
    const [spec, environment, ...others] = serviceDocuments({
      service: 'web',
      before: service({ image: 'i2', env: ['B=2', 'A=1'] }),
      after: service({ image: 'i1', env: ['A=1', 'LINES=a\nb', 'BARE'] }),
    });
    assert.deepEqual(others, []);
    assert.equal(spec?.name, 'web/service.yaml');
    assert.match(spec.before ?? '', /^health: \/healthz\nimage: i2\n/);
    assert.match(spec.after ?? '', /^image: i1$/m);
    assert.doesNotMatch(spec.after ?? '', /Env|BARE/);
    assert.deepEqual(environment, {
      ...{ name: 'web/environment', before: 'A=1\nB=2\n', after: 'A=1\nBARE\nLINES="a\\nb"\n' },
    });
  });

  it('names secrets, says that they differ, and never what they are', () => {
    const before = service({ env: ['DB_PASSWORD=hunter1', 'API_KEY=k'], secret: '1', token: 'hunter1' });
    const after = service({ env: ['DB_PASSWORD=hunter2', 'API_KEY=k'], secret: '2', token: 'hunter2' });
    const documents = serviceDocuments({ service: 'web', before, after });
    assert.deepEqual(
      documents.map(({ name }) => name),
      ['web/service.yaml', 'web/environment', 'web/configs and secrets'],
    );
    assert.doesNotMatch(JSON.stringify(documents), /hunter|222222/);
    const [, environment, mounted] = documents;
    assert.deepEqual(environment?.after?.split('\n'), [
      'API_KEY=*** (not shown)',
      'DB_PASSWORD=*** (not shown; another value than what runs)',
      '',
    ]);
    assert.match(mounted?.after ?? '', /^secret\.db: \*\*\* \(not shown; another/);
  });

  it('is all of it where one side has no such service', () => {
    const [spec] = serviceDocuments({ service: 'web', before: undefined, after: service({}) });
    assert.equal(spec?.before, null);
  });

  it('has the definitions of flags by key', () => {
    const flag = (key: string, description: string) => ({ key, description, default: false, owner: null });
    const [document] = flagsDocument([flag('b', 'old'), flag('a', 'x')], [flag('a', 'x'), flag('b', 'new')]);
    assert.equal(
      document?.before,
      'a:\n  default: false\n  description: x\nb:\n  default: false\n  description: old\n',
    );
    assert.deepEqual(flagsDocument([flag('a', 'x')], [flag('a', 'x')]), []);
  });
});

describe('a file that looks like a migration', () => {
  for (const path of [
    ...[
      'db/migrate/20260101_add_price.rb',
      'src/migrations/0003_auto.py',
      'prisma/migrations/1/migration.sql',
    ],
    ...['alembic/versions/ab12_orders.py', 'src/main/resources/db/migration/V2__orders.sql'],
    ...['db/changelog/2.yaml', 'db/schema.rb', 'prisma/schema.prisma', 'sql/003_orders.sql'],
  ])
    it(`is ${path}`, () => assert.ok(looksLikeMigration(path), path));

  for (const path of [
    ...['CHANGELOG.md', 'changelog/v1.md', 'src/immigration/form.ts', 'src/schema.ts', 'report.sql'],
    ...['test/migrations/helper.ts', 'docs/migration.md', 'src/migrate.ts'],
  ])
    it(`is not ${path}`, () => assert.ok(!looksLikeMigration(path), path));
});

describe('bytes as an editor can show them', () => {
  it('are text when they are UTF-8 without NULs, and not too many', () => {
    assert.deepEqual(shownText(Buffer.from('äé\n')), { bytes: 5, text: 'äé\n', why: null });
    assert.equal(shownText(Buffer.from([1, 0, 2])).why, 'binary');
    assert.equal(shownText(Buffer.from([0xff, 0xfe])).why, 'binary');
    assert.deepEqual(shownText(Buffer.alloc(1_000_001, 'a')), {
      bytes: 1_000_001,
      text: null,
      why: 'too-large',
    });
  });
});
