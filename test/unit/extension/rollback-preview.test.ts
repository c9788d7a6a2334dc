import assert from 'node:assert/strict';
import type { RollbackPlan } from '../../../agent/protocol/rollback-plan.ts';
import { blobText, comparedIn } from '../../../extension/model/compared.ts';
import { limited } from '../../../extension/model/limited.ts';
import { headerText } from '../../../extension/model/rollback-header.ts';
import { tagItems } from '../../../extension/model/tag-items.ts';
import { past, release } from './samples.ts';

const base: RollbackPlan = {
  ...{ environment: 'dev', stack: 'shop-dev', outcome: 'changes', tag: 'v1.0.0' },
  ...{ from: release(2), to: release(1), how: 'warm' },
  services: [{ service: 'web', from: 'green', to: 'blue', image: 'i', imageState: 'there' }],
  mounted: [
    { kind: 'config', name: 'shop-dev_app-1', isThere: true },
    { kind: 'secret', name: 'shop-dev_db-1', isThere: true },
  ],
  lastTime: {
    at: '2026-01-02T10:00:00.000Z',
    by: 'ann@laptop',
    ref: 'v1.1.0',
    kind: 'rollback',
    tookMs: 120,
  },
  ...{ refused: [], documents: [{ name: 'web/environment', before: 'A=1\n', after: null }] },
  flagStates: { unknown: null, changes: [] },
  code: { unknown: null, total: 0, files: [], migrations: [] },
};

function changed(path: string, before: string | null, after: string | null) {
  const action = before === null ? 'added' : after === null ? 'removed' : 'changed';
  return { path, action, before, after, looksLikeMigration: false } as const;
}

describe('the words above the diff of a rollback', () => {
  it('name the flags that were switched otherwise then, or say why nobody can tell', () => {
    const on = { state: 'on', share: 25 } as const;
    const changes = [{ key: 'checkout', from: { state: 'off', share: null }, to: on }] as const;
    const text = headerText({ ...base, flagStates: { unknown: null, changes } });
    assert.match(
      text,
      /^Flags +stay as they are, unless they are brought along: checkout \(off\n +→ on for 25 %\)$/m,
    );
    const unknown = headerText({ ...base, flagStates: { unknown: 'it was never live here', changes: [] } });
    assert.match(
      unknown,
      /^Flags +stay as they are; what they were then cannot be told: it was\n +never live here$/m,
    );
  });

  it('say from where to where, how, how long it took, what is there, and what is below', () => {
    assert.equal(
      headerText(base),
      [
        'Roll dev back: v1.2.0 → v1.1.0',
        '',
        'How           web (green → blue): the slot is still warm and healthy, all',
        '              traffic at once; nothing is built or started',
        'Last time     0.1 s: the rollback to v1.1.0 by ann@laptop, 2026-01-02 10:00',
        'Still there   image of web; 1 config and 1 secret',
        'Below         what differs of services and flags (1), then 0 changed files',
        '              of code',
        '',
      ].join('\n'),
    );
  });

  it('warn of migrations, with their names', () => {
    const migrations = Array.from({ length: 8 }, (_, index) => `db/migrate/${index}.sql`);
    const text = headerText({ ...base, code: { ...base.code, migrations } }).replace(/\s+/g, ' ');
    assert.match(text, /DATABASE 8 changed files look like a migration: not safe to go back across/);
    assert.match(text, /db\/migrate\/5\.sql and 2 more/);
  });

  it('say first why it would be refused, and what is gone', () => {
    const text = headerText({
      ...base,
      refused: ['The image of web of release 1 is gone.'],
      services: base.services.map((service) => ({ ...service, imageState: 'gone' })),
    });
    assert.match(text, /^.*\n\nREFUSED NOW {3}The image of web of release 1 is gone\.\n/);
    assert.match(text, /GONE: image of web/);
  });

  it('say that not all changed files are shown, or why none can be', () => {
    const files = [changed('a', 'b1', 'b2')];
    assert.match(
      headerText({ ...base, code: { ...base.code, total: 1_000, files } }),
      /the first 1 of\s+1000/,
    );
    assert.match(
      headerText({ ...base, code: { ...base.code, unknown: 'c1 is missing.' } }),
      /no\s+code:\s+c1\s+is/,
    );
  });

  it('have no line that is wider than an editor beside the side bar', () => {
    const services = Array.from({ length: 30 }, (_, index) => ({
      ...base.services[0],
      service: `service-${index}`,
    }));
    const text = headerText({ ...base, services: services as RollbackPlan['services'] });
    assert.ok(
      text.split('\n').every((line) => line.length <= 76),
      text,
    );
  });
});

describe('what is compared before a rollback', () => {
  it('is what differs of services, then the code; a side that is not there is none', () => {
    const code = { ...base.code, files: [changed('new.js', null, 'b2'), changed('lib', null, null)] };
    assert.deepEqual(comparedIn({ ...base, code }), [
      { path: 'release/web/environment', before: { kind: 'text', text: 'A=1\n' }, after: undefined },
      { path: 'new.js', before: undefined, after: { kind: 'blob', blob: 'b2' } },
      {
        path: 'lib',
        before: { kind: 'text', text: '(a submodule: its commits are in another repository)\n' },
        after: { kind: 'text', text: '(a submodule: its commits are in another repository)\n' },
      },
    ]);
  });

  it('tells files that cannot be shown apart by their blobs', () => {
    const told = blobText('abcdef0123456789', { text: null, why: 'binary', bytes: 12_345 });
    assert.equal(told, '(not text: 12,345 bytes, blob abcdef012345)\n');
    assert.match(blobText('a', { text: null, why: 'too-large', bytes: 1 }), /too large/);
    assert.equal(blobText('a', { text: 'x\n', why: null, bytes: 2 }), 'x\n');
  });

  it('is asked for a few at a time', async () => {
    const run = limited(3);
    let [now, most] = [0, 0];
    const one = async (): Promise<number> => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return most;
    };
    await Promise.all(Array.from({ length: 20 }, () => run(one)));
    await assert.rejects(run(() => Promise.reject(new Error('no'))));
    assert.equal(most, 3);
    assert.equal(await run(one), 3);
  });
});

describe('the tags one can go back to', () => {
  it('are those that users had, newest first and each once, then the others', () => {
    const tag = (name: string) => ({ ref: name, commit: 'c', subject: 's', at: '' });
    const rollouts = [
      ...[past({ to: release(3) }), past({ to: release(1) }), past({ to: release(2), outcome: 'failed' })],
      past({ to: release(1) }),
    ];
    assert.deepEqual(
      tagItems(rollouts, [tag('v1.2.0'), tag('v1.1.0')], 'v1.3.0').map((item) => `${item.icon} ${item.tag}`),
      ['history v1.1.0', 'tag v1.2.0'],
    );
  });
});
