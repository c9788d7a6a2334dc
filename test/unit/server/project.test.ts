import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from '../../../agent/common/errors.ts';
import { aRollout, inPhase, openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';
import { aRecord } from '../ledger/samples.ts';
import { call } from './socket/server.ts';

describe('what a client shows of a project', () => {
  let place: AgentPlace;

  beforeEach(async () => {
    place = await openAgentPlace();
  });
  afterEach(() => place.close());

  async function git(at: string, ...args: string[]): Promise<void> {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
    const env = { ...process.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
    await promisify(execFile)('git', [...who, ...args], { cwd: place.folder, env });
  }

  it('names its environments without asking a cluster', async () => {
    const client = await place.client();
    const { project, folder, environments } = await client.request(
      'project',
      { folder: path.join(place.folder, '.git', '..') },
      call(),
    );
    assert.equal(project, 'shop');
    assert.equal(folder, place.folder);
    assert.deepEqual(
      environments.map(({ environment, stack, protected: safe, url }) => [environment, stack, safe, url]),
      [
        ['dev', 'shop-dev', false, 'http://localhost:8080/'],
        ['production', 'shop-production', true, 'http://localhost:8081/'],
      ],
    );
  });

  it('lists tags newest first by their own time, branches, HEAD, and that the tree is dirty', async () => {
    await git('2026-01-01T00:00:00Z', 'add', '.');
    await git('2026-01-01T00:00:00Z', 'commit', '-qm', 'first');
    await git('2026-01-01T00:00:00Z', 'tag', 'v1.9.0');
    await git('2026-01-01T00:00:00Z', 'tag', 'v1.10.0');
    await git('2026-01-05T00:00:00Z', 'tag', '-am', 'late', 'v1.0.1');
    await git('2026-01-01T00:00:00Z', 'branch', 'fix/ä');
    await writeFile(path.join(place.folder, 'new.txt'), 'new');
    const client = await place.client();
    const refs = await client.request('refs', { folder: place.folder }, call());
    assert.deepEqual(
      refs.tags.map(({ ref }) => ref),
      ['v1.0.1', 'v1.10.0', 'v1.9.0'],
    );
    assert.equal(refs.tags[0]?.at, '2026-01-05T00:00:00.000Z');
    assert.ok(
      refs.branches.some(({ ref }) => ref === 'fix/ä'),
      'the branch is listed',
    );
    assert.equal(refs.head?.subject, 'first');
    assert.equal(refs.dirty, true);
  });

  it('does not count a tidegate.yaml that was never committed as left out: it is used as it is', async () => {
    const at = '2026-01-01T00:00:00Z';
    await git(at, 'add', '.');
    await git(at, 'rm', '-q', '--cached', 'tidegate.yaml');
    await git(at, 'commit', '--allow-empty', '-qm', 'bare');
    const client = await place.client();
    const isDirty = async (): Promise<boolean | null> =>
      (await client.request('refs', { folder: place.folder }, call())).dirty;
    assert.equal(await isDirty(), false);
    await git(at, 'add', 'tidegate.yaml');
    assert.equal(await isDirty(), false);
    await git(at, 'commit', '-qm', 'with it');
    await writeFile(path.join(place.folder, 'tidegate.yaml'), '# changed\n', { flag: 'a' });
    assert.equal(await isDirty(), true);
  });

  it('has nothing to deploy in a repository without commits, which is no failure', async () => {
    const client = await place.client();
    const refs = await client.request('refs', { folder: place.folder }, call());
    assert.deepEqual([refs.head, refs.tags], [null, []]);
  });

  it('remembers how each rollout ended, newest first', async () => {
    await place.ledger.releases.add(aRecord({ tag: 'v1.0.0' }), 'r0');
    const failed = aRollout('r1');
    const state = {
      ...inPhase('done', ['planned']),
      phase: { name: 'aborted' as const },
      reason: 'never-healthy' as const,
      detail: 'it answered 500',
      trail: [
        { phase: 'planned', at: 1_000 },
        { phase: 'aborting: draining', at: 4_000 },
        { phase: 'aborted', at: 9_000 },
      ],
    };
    const moves = [{ service: 'web', from: 'blue' as const, to: 'green' as const, fromRelease: 1 }];
    await place.ledger.journals.create({ ...failed.head, moves }, { state, driver: undefined });
    const running = aRollout('r2');
    await place.ledger.journals.create(
      { ...running.head, at: '2026-01-02T00:00:00.000Z' },
      { state: running.state, driver: undefined },
    );
    const client = await place.client();
    const params = { folder: place.folder, environment: 'dev' };
    const { rollouts } = await client.request('history', params, call());
    assert.deepEqual(
      rollouts.map(({ rollout, outcome, tookMs, reason }) => [rollout, outcome, tookMs, reason]),
      [
        ['r2', 'running', null, null],
        ['r1', 'failed', 3_000, 'never-healthy'],
      ],
    );
    assert.deepEqual(
      rollouts.map(({ from, detail }) => [from?.tag, detail]),
      [
        [undefined, ''],
        ['v1.0.0', 'it answered 500'],
      ],
    );
  });

  it('has no preview where nothing is prepared, and says what would make one', async () => {
    const client = await place.client();
    const params = { folder: place.folder, environment: 'dev' };
    const error: unknown = await client.request('preview', params, call()).catch((e: unknown) => e);
    assert.ok(hasCode(error, 'rollout.none'), String(error));
    assert.match(error.hint ?? '', /--hold/);
  });
});
