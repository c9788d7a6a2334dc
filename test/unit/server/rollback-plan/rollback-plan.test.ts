import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reports } from '../../../../agent/cli/report/report.ts';
import { plainStyle } from '../../../../agent/cli/terminal.ts';
import type { RollbackPlan } from '../../../../agent/protocol/rollback-plan.ts';
import { openAgentPlace, type AgentPlace } from '../../../support/agent-place.ts';
import { git } from '../../git/scratch-repository.ts';
import { aHead, aPhase, aRecord } from '../../ledger/samples.ts';
import { aService } from '../../release/model/agent.ts';
import { call } from '../socket/server.ts';

describe('what a rollback would do', () => {
  let place: AgentPlace;
  let commits: Record<string, string>;

  /** v1 and v2 were released, v2 is live, v1 is in the other slot; v0 was never released. */
  beforeEach(async () => {
    place = await openAgentPlace();
    commits = {};
    await write('compose.yaml', 'services:\n  web:\n    image: shop:v0\n');
    await commit('v0');
    await write('src/page.js', 'one\n');
    await commit('v1');
    await write('src/page.js', 'two\n');
    await write('db/migrations/002_price.sql', 'alter table products add price int;\n');
    await write('picture.png', Buffer.from([0x89, 0, 1]));
    await commit('v2');
    const release = (tag: string, image: string) =>
      aRecord({
        ...{ tag, ref: tag, commit: commits[tag] ?? '', previous: tag === 'v2' ? 1 : null },
        services: { web: aService({ content: image, image, digest: 'd', replicas: 1, steps: [] }) },
      });
    const { ledger } = place;
    await ledger.releases.add(release('v1', 'image1'), 'r1');
    await ledger.releases.add(release('v2', 'image2'), 'r2');
    for (const [id, number, kind] of [
      ['r1', 1, 'deploy'],
      ['r2', 2, 'deploy'],
      ['r0', 1, 'rollback'],
    ] as const)
      await ledger.journals.create(
        aHead({
          id,
          kind,
          tag: `v${number}`,
          ref: `v${number}`,
          warm: kind === 'rollback',
          at: `2026-01-01T00:00:0${number}.000Z`,
        }),
        {
          state: aPhase(
            { name: 'done' },
            {
              release: number,
              trail: [
                { phase: 'planned', at: 1_000 },
                { phase: 'settling', at: kind === 'rollback' ? 1_120 : 13_000 },
              ],
            },
          ),
          driver: undefined,
        },
      );
    await ledger.routes.change((routes) => ({
      ...routes,
      routes: { web: { active: 'green', canary: 0 } },
      slots: { 'web-blue': 1, 'web-green': 2 },
    }));
    place.cluster.images.add('image1');
  });
  afterEach(() => place.close());

  async function write(file: string, content: string | Buffer): Promise<void> {
    const target = path.join(place.folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }

  async function commit(tag: string): Promise<void> {
    await git(place.folder, 'add', '.');
    await git(place.folder, 'commit', '-qm', tag);
    await git(place.folder, 'tag', tag);
    commits[tag] = await git(place.folder, 'rev-parse', 'HEAD');
  }

  async function planned(tag: string | null): Promise<RollbackPlan> {
    const client = await place.client();
    return client.request('rollbackPlan', { folder: place.folder, environment: 'dev', tag }, call());
  }

  it('names what is live, where it goes back to, and how long that took last', async () => {
    const plan = await planned('v1');
    assert.deepEqual([plan.from?.tag, plan.to.tag, plan.to.number, plan.how], ['v2', 'v1', 1, 'warm']);
    assert.deepEqual(plan.services, [
      { service: 'web', from: 'green', to: 'blue', image: 'image1', imageState: 'there' },
    ]);
    assert.equal(plan.lastTime?.tookMs, 120);
    assert.deepEqual(plan.refused, []);
    assert.deepEqual((await planned(null)).to, plan.to);
  });

  it('has the code that differs, migrations first, and gives the content of each side', async () => {
    const { code } = await planned('v1');
    assert.deepEqual(code.migrations, ['db/migrations/002_price.sql']);
    assert.deepEqual(
      code.files.map(({ path: file, action }) => `${action} ${file}`),
      ['removed db/migrations/002_price.sql', 'removed picture.png', 'changed src/page.js'],
    );
    const client = await place.client();
    const content = (blob: string | null | undefined) =>
      client.request('blob', { folder: place.folder, blob: blob ?? '' }, call());
    const [, picture, page] = code.files;
    assert.equal((await content(page?.before)).text, 'two\n');
    assert.equal((await content(page?.after)).text, 'one\n');
    assert.deepEqual(await content(picture?.before), { bytes: 3, text: null, why: 'binary' });
    await assert.rejects(content('0'.repeat(40)), /missing/);
  });

  it('names at most 300 of a thousand files, and how many there are', async () => {
    for (let index = 0; index < 1_000; index++) await write(`many/file-${index}.txt`, `${index}\n`);
    await commit('v3');
    const { code } = await planned('v1');
    assert.deepEqual([code.total, code.files.length], [3, 3]);
    await place.ledger.releases.add(
      aRecord({
        ...{ tag: 'v3', commit: commits['v3'] ?? '', previous: 2 },
        services: { web: aService({ content: 'i3', image: 'i3', digest: 'd', replicas: 1, steps: [] }) },
      }),
      'r3',
    );
    await place.ledger.routes.change((routes) => ({ ...routes, slots: { 'web-blue': 1, 'web-green': 3 } }));
    const many = (await planned('v1')).code;
    assert.deepEqual([many.total, many.files.length], [1_003, 300]);
    assert.equal(many.files[0]?.path, 'db/migrations/002_price.sql');
  });

  it('has the specs that differ', async () => {
    const { documents } = await planned('v1');
    assert.deepEqual(
      documents.map(({ name }) => name),
      ['web/service.yaml'],
    );
    assert.match(documents[0]?.before ?? '', /^image: image2$/m);
  });

  it('says what is gone, and what is in the way', async () => {
    place.cluster.images.clear();
    await place.ledger.journals.create(aHead({ id: 'r9' }), {
      state: aPhase({ name: 'placing' }),
      driver: undefined,
    });
    const plan = await planned('v1');
    assert.equal(plan.services[0]?.imageState, 'gone');
    assert.match(plan.refused.join('\n'), /image of web of release 1 is gone[^]*rollout r9/);
  });

  it('is a build where the tag was never released', async () => {
    const plan = await planned('v0');
    assert.deepEqual([plan.how, plan.to.number, plan.to.tag], ['built', null, 'v0']);
    assert.equal(plan.services[0]?.imageState, 'to-build');
  });

  it('is nothing where it runs already', async () => {
    const plan = await planned('v2');
    assert.deepEqual([plan.outcome, plan.services, plan.code.total], ['unchanged', [], 0]);
  });

  it('goes on without the code when a commit is not in this clone', async () => {
    await place.ledger.releases.add(
      aRecord({
        ...{ tag: 'v9', commit: 'f'.repeat(40), previous: 2 },
        services: { web: aService({ content: 'i9', image: 'image1', digest: 'd', replicas: 1, steps: [] }) },
      }),
      'r3',
    );
    await place.ledger.routes.change((routes) => ({ ...routes, slots: { 'web-blue': 1, 'web-green': 3 } }));
    const { code, services } = await planned('v1');
    assert.match(code.unknown ?? '', /ffffffff.* is missing/);
    assert.equal(services.length, 1);
  });

  it('writes nothing into the cluster', async () => {
    const writes: string[] = [];
    place.cluster.onWrite = ({ name }) => writes.push(name);
    await planned('v1');
    assert.deepEqual(writes, []);
  });

  it('reads well in a terminal', async () => {
    const text = reports.rollbackPlan.lines(await planned('v1'), { style: plainStyle, now: 0 }).join('\n');
    assert.match(
      text,
      /^rollback: v2 \(#2\) -> v1 in dev, its slots are still warm, all traffic at once\n {2}web: green -> blue, image there\n {2}last time: /,
    );
    assert.match(text, /looks like a migration: db\/migrations\/002_price\.sql: not safe to go back across$/);
  });
});
