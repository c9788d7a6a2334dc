/**
 * A private engine from its start to its removal, in a network namespace of its own: beside another engine, its
 * bridges, its firewall rules and its Swarm would be in the way.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { output } from '../../../scripts/command.ts';
import { canRunPrivateEngine } from '../../../scripts/engine/private-engine.ts';
import { engineFolder, type EngineFolder } from '../../../scripts/engine/private-folder.ts';
import { processesOf } from '../../../scripts/engine/private-processes.ts';

const program = path.join(import.meta.dirname, 'private-engine-run.ts');

describe('a private engine', function () {
  this.timeout(90_000);
  let root: string;
  let engine: EngineFolder;
  let network: number;

  before(async function () {
    if (!(await canRunPrivateEngine())) this.skip();
    root = await mkdtemp(path.join(os.tmpdir(), 'tg private '));
    engine = engineFolder(root);
    // A process that keeps the namespace there between the steps.
    const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; exec sleep 300'], {
      stdio: 'ignore',
    });
    assert.ok(holder.pid, 'holder.pid');
    network = holder.pid;
  });
  after(async () => {
    if (!root) return;
    await run('remove').catch(() => undefined);
    process.kill(network);
    await rm(root, { recursive: true, force: true });
  });

  /** One of the steps of `private-engine-run.ts`; a tmpfs on /run hides the machine's own engine. */
  async function run(step: 'up' | 'stop' | 'remove'): Promise<Record<string, unknown>> {
    const inside = `mount -t tmpfs none /run && exec "$@"`;
    const namespaces = [`--net=/proc/${network}/ns/net`, 'unshare', '--mount', 'sh', '-c', inside, 'sh'];
    const command = [process.execPath, '--import', 'tsx', program, step, root];
    const text = await output('nsenter', [...namespaces, ...command], {
      env: { DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined },
      timeoutMs: 60_000,
    });
    return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  }

  it('starts with Swarm mode on, its data in the checkout', async () => {
    const { startedHere, swarm, data, said } = await run('up');
    assert.deepEqual({ startedHere, swarm, data }, { startedHere: true, swarm: 'active', data: engine.data });
    assert.match(String(said), /Starting a private Docker Engine/);
  });

  it('is used again while it runs', async () => {
    const { startedHere, said } = await run('up');
    assert.deepEqual({ startedHere, said }, { startedHere: false, said: '' });
  });

  it('starts again after it was killed, on the same Swarm', async () => {
    const { cluster: before } = await run('up');
    process.kill(Number(await readFile(engine.pidFile, 'utf8')), 'SIGKILL');
    const { startedHere, cluster } = await run('up');
    assert.equal(startedHere, true);
    assert.equal(cluster, before);
  });

  it('leaves no process when it is stopped, and keeps its data', async () => {
    await run('stop');
    assert.deepEqual(await processesOf(engine), []);
    await access(engine.data);
  });

  it('leaves no process, mount or file when it is removed, even killed', async () => {
    await run('up');
    process.kill(Number(await readFile(engine.pidFile, 'utf8')), 'SIGKILL');
    await run('remove');
    assert.deepEqual(await processesOf(engine), []);
    assert.equal((await readFile('/proc/self/mountinfo', 'utf8')).includes(path.basename(root)), false);
    await assert.rejects(access(engine.folder));
    const rules = await output('nsenter', [`--net=/proc/${network}/ns/net`, 'iptables', '-S']);
    assert.doesNotMatch(rules, /docker/i);
    assert.match(rules, /-P FORWARD ACCEPT/);
  });
});
