import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectSocket } from '../../../agent/protocol/connection/socket.ts';
import { discover, type Discovered } from '../../../agent/protocol/connection/discovery.ts';
import { eventually } from '../../support/eventually.ts';

const root = path.resolve(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('tidegate agent as a process', function () {
  this.timeout(60_000);

  let built: string;
  let runtime: string;
  const children: ChildProcess[] = [];

  // Eight processes that compile their sources would take ten times as long.
  before(async () => {
    built = await mkdtemp(path.join(tmpdir(), 'tidegate-built-'));
    // As in `dist/`: ES modules, by the package they are in.
    await writeFile(path.join(built, 'package.json'), '{ "type": "module" }');
    await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build.mjs'), '--agent', built]);
  });
  after(() => rm(built, { recursive: true }));
  beforeEach(async () => (runtime = await mkdtemp(path.join(tmpdir(), 'tidegate-agent-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(runtime, { recursive: true, force: true });
  });

  function start(
    args: readonly string[],
    env: Record<string, string> = {},
  ): { ended: Promise<Ended> } & {
    child: ChildProcess;
  } {
    const child = spawn(process.execPath, [path.join(built, 'tidegate.js'), ...args], {
      env: { PATH: process.env['PATH'], HOME: runtime, XDG_RUNTIME_DIR: runtime, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
    return { child, ended };
  }

  const folder = (): string => path.join(runtime, 'tidegate');

  function running(): Promise<Discovered> {
    return eventually(async () => {
      const found = await discover(folder());
      assert.ok(found.state === 'running', found.state);
      return found.agent;
    });
  }

  it('is one of two that start at once; the other says which one, and SIGTERM ends it without a trace', async () => {
    const both = [start(['agent']), start(['agent'])];
    const agent = await running();
    const loser = both.find(({ child }) => child.pid !== agent.pid);
    const winner = both.find(({ child }) => child.pid === agent.pid);
    const lost = await loser?.ended;
    assert.equal(lost?.code, 5);
    assert.match(lost.err, new RegExp(`agent\\.running: .*process ${agent.pid}`));
    const client = await connectSocket(agent);
    assert.equal((await client.hello()).pid, agent.pid);
    winner?.child.kill('SIGTERM');
    assert.equal((await winner?.ended)?.code, 0);
    assert.equal((await discover(folder())).state, 'none');
    await assert.rejects(stat(path.join(folder(), 'agent.lock')));
  });

  it('replaces what one that was killed left behind', async () => {
    const first = start(['agent']);
    await running();
    first.child.kill('SIGKILL');
    await first.ended;
    assert.equal((await discover(folder())).state, 'none');
    const second = start(['agent']);
    assert.equal((await running()).pid, second.child.pid);
  });

  it('is started by a command with TIDEGATE_AGENT=auto, and serves the next one too', async () => {
    const env = { TIDEGATE_AGENT: 'auto' };
    const first = await start(['doctor', '--json', '-C', runtime], env).ended;
    const { checks } = JSON.parse(first.out) as { checks: { check: string }[] };
    assert.ok(checks.length > 3, first.out + first.err);
    const agent = await running();
    await start(['doctor', '--json', '-C', runtime], env).ended;
    assert.equal((await running()).pid, agent.pid);
    process.kill(agent.pid, 'SIGTERM');
    await eventually(async () => assert.equal((await discover(folder())).state, 'none'));
    assert.match(await readFile(path.join(folder(), 'agent.log'), 'utf8'), /the agent listens/);
  });
});
