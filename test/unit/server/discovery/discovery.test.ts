import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { announce, type Announcement } from '../../../../agent/server/discovery/announce.ts';
import { discover } from '../../../../agent/protocol/connection/discovery.ts';
import { discoveryFolder, makeFolder } from '../../../../agent/protocol/connection/folder.ts';
import { takeLock } from '../../../../agent/server/discovery/lock.ts';

describe('how an agent is found', () => {
  let root: string;
  let folder: string;
  let dead: number;

  before(async () => {
    const child = spawn(process.execPath, ['-e', '']);
    dead = child.pid ?? 0;
    await once(child, 'exit');
  });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tidegate-discovery-'));
    folder = path.join(root, 'tidegate');
    await makeFolder(folder);
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  const agent = (other: Partial<Announcement> = {}): Announcement => ({
    pid: process.pid,
    port: 4711,
    token: 't'.repeat(43),
    version: '1.2.3',
    build: 'b1',
    protocolVersion: 1,
    ...other,
  });

  it('is in the runtime folder of the user, else in one of its own among the temporary ones', () => {
    assert.equal(discoveryFolder({ XDG_RUNTIME_DIR: '/run/user/7' }), '/run/user/7/tidegate');
    assert.match(discoveryFolder({}), /\/tidegate-\w+$/);
    assert.match(discoveryFolder({ XDG_RUNTIME_DIR: 'relative' }), /\/tidegate-\w+$/);
  });

  it('is read by nobody else, and found as it was written', async () => {
    await announce(folder, agent());
    assert.equal((await stat(path.join(folder, 'agent.json'))).mode & 0o777, 0o600);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    const found = await discover(folder);
    assert.ok(found.state === 'running', found.state);
    assert.equal(found.agent.port, 4711);
  });

  it('finds nobody where there is no folder, no file, or an agent that has died', async () => {
    assert.equal((await discover(path.join(root, 'none'))).state, 'none');
    assert.equal((await discover(folder)).state, 'none');
    await announce(folder, agent({ pid: dead }));
    assert.equal((await discover(folder)).state, 'none');
  });

  it('takes a process that got the number of a dead agent for another', async () => {
    await announce(folder, agent());
    const file = path.join(folder, 'agent.json');
    const whole = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...whole, started: '1' }));
    assert.equal((await discover(folder)).state, 'none');
  });

  it('replaces the file of a dead agent, and takes back only its own', async () => {
    const takeBackDead = await announce(folder, agent({ pid: dead, token: 'd'.repeat(43) }));
    const takeBack = await announce(folder, agent());
    await takeBackDead();
    assert.equal((await discover(folder)).state, 'running');
    await takeBack();
    assert.equal((await discover(folder)).state, 'none');
  });

  for (const [what, spoil] of [
    ['a file others can read', () => chmod(path.join(folder, 'agent.json'), 0o644)],
    ['a file that is no JSON', () => writeFile(path.join(folder, 'agent.json'), '{')],
    ['a file of another kind', () => writeFile(path.join(folder, 'agent.json'), '{"format":2}')],
    ['a folder others can write in', () => chmod(folder, 0o777)],
  ] as const)
    it(`does not use ${what}, and says so`, async () => {
      await announce(folder, agent());
      await spoil();
      const found = await discover(folder);
      assert.ok(found.state === 'unusable' && found.why !== '', found.state);
    });

  it('refuses to announce itself where others can write, or through a link', async () => {
    await chmod(folder, 0o770);
    await assert.rejects(makeFolder(folder), { code: 'agent.unsafe' });
    await mkdir(path.join(root, 'mine'), { mode: 0o700 });
    await symlink(path.join(root, 'mine'), path.join(root, 'link'));
    await assert.rejects(makeFolder(path.join(root, 'link')), { code: 'agent.unsafe' });
  });

  describe('one agent a user', () => {
    it('is who holds the lock, until it gives it back', async () => {
      const first = await takeLock(folder, process.pid);
      const second = await takeLock(folder, process.pid);
      assert.ok(first.ours && !second.ours, 'the second has it as well');
      assert.equal(second.holder.pid, process.pid);
      await first.release();
      assert.equal((await takeLock(folder, process.pid)).ours, true);
    });

    for (const [left, text] of [
      ['of a dead agent', () => JSON.stringify({ pid: dead, started: '1' })],
      ['that cannot be read', () => '{'],
    ] as const)
      it(`takes over a lock ${left}: one of many that start at once`, async () => {
        await writeFile(path.join(folder, 'agent.lock'), text());
        const all = await Promise.all(Array.from({ length: 12 }, () => takeLock(folder, process.pid)));
        assert.equal(all.filter(({ ours }) => ours).length, 1);
      });
  });
});
