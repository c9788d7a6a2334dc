import assert from 'node:assert/strict';
import { run } from '../../../agent/cli/run.ts';
import { failure } from '../../../agent/common/errors.ts';
import type { AgentEvent, Results } from '../../../agent/protocol/methods.ts';
import { aborted, FakeAgent, rolloutDone } from './fake-agent.ts';
import { FakeHost, type FakeHostOptions } from './fake-host.ts';

async function ran(options: FakeHostOptions): Promise<{ code: number; out: string; err: string }> {
  const fake = new FakeHost(options);
  const code = await run(fake.host);
  return { code, out: fake.out, err: fake.err };
}

const phase: AgentEvent = { kind: 'phase', rollout: 'r1', phase: 'building', detail: '' };
const logLine: AgentEvent = { kind: 'line', source: 'web', stream: 'stdout', text: 'GET /' };

describe('tidegate', () => {
  it('shows progress on standard error and the result on standard output', async () => {
    const agent = new FakeAgent({
      deploy: (_params, call) => {
        call.onEvent(phase);
        return rolloutDone;
      },
    });
    const { code, out, err } = await ran({ argv: ['deploy', 'dev', 'v1.1.0'], agent });
    assert.equal(code, 0);
    assert.equal(err, 'building\n');
    assert.match(out, /^done: v1\.1\.0 is live on dev\.\n/);
    assert.deepEqual(agent.asked, [
      { method: 'deploy', params: { folder: '/project', environment: 'dev', ref: 'v1.1.0', hold: false } },
    ]);
  });

  it('prints one JSON document with --json, events as JSON lines beside it', async () => {
    const agent = new FakeAgent({
      deploy: (_params, call) => {
        call.onEvent(phase);
        return rolloutDone;
      },
    });
    const { out, err } = await ran({ argv: ['deploy', 'dev', '--json'], agent });
    assert.deepEqual(JSON.parse(out), rolloutDone);
    assert.deepEqual(JSON.parse(err), phase);
  });

  it('prints exported flags alone, and what is not in them beside them', async () => {
    const exported: Results['flags.export'] = {
      outcome: 'partial',
      environment: 'dev',
      stack: 'shop-dev',
      format: 'launchdarkly',
      text: '{}\n',
      lost: [{ key: 'checkout', why: 'it has a schedule' }],
    };
    const agent = new FakeAgent({ 'flags.export': () => exported });
    const argv = ['flags', 'export', 'dev', '--format', 'launchdarkly'];
    assert.deepEqual(await ran({ argv, agent }), {
      code: 4,
      out: '{}\n',
      err: '  checkout: it has a schedule\n',
    });
    const { out, err } = await ran({ argv: [...argv, '--json'], agent });
    assert.deepEqual([JSON.parse(out), err], [exported, '']);
  });

  it('exits with what the outcome says', async () => {
    const agent = new FakeAgent({
      deploy: () => ({ ...rolloutDone, outcome: 'reverted', reason: 'never-healthy' }),
    });
    assert.equal((await ran({ argv: ['deploy', 'dev'], agent })).code, 3);
  });

  it('shows an error on standard error, and as a document with --json', async () => {
    const agent = new FakeAgent({
      promote: () => {
        throw failure('ledger.busy', {
          message: 'anna is deploying.',
          hint: 'Wait.',
          data: { holder: 'anna' },
        });
      },
    });
    const plain = await ran({ argv: ['promote', 'dev'], agent });
    assert.deepEqual(plain, {
      code: 5,
      out: '',
      err: 'error ledger.busy: anna is deploying.\nnext: Wait.\n',
    });
    const json = await ran({ argv: ['promote', 'dev', '--json'], agent });
    assert.deepEqual(JSON.parse(json.out), {
      error: { code: 'ledger.busy', message: 'anna is deploying.', hint: 'Wait.', data: { holder: 'anna' } },
    });
    assert.equal(json.err, '');
  });

  it('answers a wrong line with --json by a JSON error', async () => {
    const { code, out } = await ran({ argv: ['depoly', '--json'] });
    assert.equal(code, 2);
    assert.equal((JSON.parse(out) as { error: { code: string } }).error.code, 'usage.invalid');
  });

  it('reports a defect without its stack, with it when TIDEGATE_DEBUG=1', async () => {
    const agent = new FakeAgent({});
    const quiet = await ran({ argv: ['promote', 'dev'], agent });
    assert.equal(quiet.code, 1);
    assert.match(quiet.err, /^error internal: /);
    assert.doesNotMatch(quiet.err, /fake-agent\.ts/);
    const debug = await ran({ argv: ['promote', 'dev'], agent, env: { TIDEGATE_DEBUG: '1' } });
    assert.match(debug.err, /fake-agent\.ts/);
  });

  it('reports it the same way when the agent cannot be made', async () => {
    const { code, err } = await ran({ argv: ['status'] });
    assert.equal(code, 1);
    assert.match(err, /error internal/);
  });

  it('needs no agent for help and version', async () => {
    assert.match((await ran({ argv: ['help'] })).out, /^Usage: tidegate COMMAND/);
    assert.match((await ran({ argv: ['help', 'deploy'] })).out, /^Usage: tidegate deploy ENV/);
    assert.equal((await ran({ argv: ['--version'] })).out, '1.2.3\n');
    assert.deepEqual(JSON.parse((await ran({ argv: ['--version', '--json'] })).out), { version: '1.2.3' });
  });

  it('colours nothing that is not a terminal, and nothing with NO_COLOR', async () => {
    const agent = new FakeAgent({ deploy: () => rolloutDone });
    const escape = '\u001b[32m';
    assert.ok(
      (await ran({ argv: ['deploy', 'dev'], agent, typed: '' })).out.includes(escape),
      "(await ran({ argv: ['deploy', 'dev'], agent, typed: '' })).out.includes(escape)",
    );
    assert.ok(
      !(await ran({ argv: ['deploy', 'dev'], agent })).out.includes(escape),
      "!(await ran({ argv: ['deploy', 'dev'], agent })).out.includes(escape)",
    );
    assert.ok(
      !(await ran({ argv: ['deploy', 'dev'], agent, typed: '', env: { NO_COLOR: '1' } })).out.includes(
        escape,
      ),
      "!(await ran({ argv: ['deploy', 'dev'], agent, typed: '', env: { NO_COLOR: '1' } })).out.includes( escape, )",
    );
  });
});

describe('the live view', () => {
  const agent = new FakeAgent({
    deploy: (_params, call) => {
      call.onEvent(phase);
      return rolloutDone;
    },
  });

  it('works on a terminal that does not know its size', async () => {
    const { err } = await ran({ argv: ['deploy', 'dev'], agent, typed: '', columns: 0 });
    assert.ok(err.includes('… building 0.0 s'), err);
  });

  it('is plain lines on a dumb terminal', async () => {
    const { err } = await ran({ argv: ['deploy', 'dev'], agent, typed: '', env: { TERM: 'dumb' } });
    assert.equal(err, 'building\n');
  });
});

describe('tidegate logs', () => {
  const agent = new FakeAgent({
    logs: (_params, call) => {
      call.onEvent(logLine);
      return { lines: 1 };
    },
  });

  it('prints the lines on standard output', async () => {
    assert.deepEqual(await ran({ argv: ['logs', 'dev'], agent }), { code: 0, out: 'web | GET /\n', err: '' });
  });

  it('prints JSON lines with --json, the count last', async () => {
    const { out } = await ran({ argv: ['logs', 'dev', '--json'], agent });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as unknown);
    assert.deepEqual(lines, [{ source: 'web', stream: 'stdout', text: 'GET /' }, { lines: 1 }]);
  });

  it('stops quietly when its reader goes away', async () => {
    const follow = new FakeAgent({
      logs: async (_params, call) => {
        await aborted(call.signal);
        throw failure('cancelled', { message: 'cancelled' });
      },
    });
    const fake = new FakeHost({ argv: ['logs', 'dev', '--follow'], agent: follow });
    const running = run(fake.host);
    fake.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    assert.equal(await running, 0);
    assert.equal(fake.err, '');
  });
});

describe('a deploy whose reader goes away', () => {
  it('goes on to its end', async () => {
    const agent = new FakeAgent({
      deploy: async (_params, call) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { ...rolloutDone, outcome: call.signal.aborted ? 'reverted' : 'done' };
      },
    });
    const fake = new FakeHost({ argv: ['deploy', 'dev'], agent });
    const running = run(fake.host);
    fake.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    assert.equal(await running, 0);
  });
});

describe('a command that asks', () => {
  const agent = (): FakeAgent =>
    new FakeAgent({ down: () => ({ stack: 'shop-dev', removed: ['a'], kept: [] }) });

  it('goes on when the person says yes', async () => {
    for (const typed of ['y\n', 'YES\n']) {
      const asked = agent();
      const { code, err } = await ran({ argv: ['down', 'dev', '--volumes'], agent: asked, typed });
      assert.equal(code, 0);
      assert.match(err, /its volumes with all data[^]*Go on\?/);
      assert.equal(asked.asked.length, 1);
    }
  });

  it('changes nothing when the person says anything else, or nothing', async () => {
    for (const typed of ['n\n', '\n', 'yep\n', '']) {
      const asked = agent();
      const { code, err } = await ran({ argv: ['down', 'dev'], agent: asked, typed });
      assert.equal(code, 130);
      assert.match(err, /Nothing was changed/);
      assert.equal(asked.asked.length, 0);
    }
  });

  it('does not ask with --yes', async () => {
    const asked = agent();
    assert.equal((await ran({ argv: ['down', 'dev', '--yes'], agent: asked })).code, 0);
    assert.equal(asked.asked.length, 1);
  });

  it('fails without a terminal and without --yes, and says so', async () => {
    const asked = agent();
    const { code, err } = await ran({ argv: ['down', 'dev'], agent: asked });
    assert.equal(code, 2);
    assert.match(err, /usage\.invalid[^]*no terminal to ask on[^]*--yes/);
    assert.equal(asked.asked.length, 0);
  });

  it('does not mix a question into --json', async () => {
    const { code, out } = await ran({ argv: ['down', 'dev', '--json'], agent: agent(), typed: 'y\n' });
    assert.equal(code, 2);
    assert.match(out, /--yes/);
  });
});

describe('a protected environment', () => {
  const agent = (): FakeAgent =>
    new FakeAgent({
      deploy: ({ confirmed }) => {
        if (confirmed === true) return rolloutDone;
        throw failure('environment.protected', { message: 'production is protected.' });
      },
      down: ({ confirmed }) => {
        if (confirmed === true) return { stack: 'shop-production', removed: [], kept: [] };
        throw failure('environment.protected', { message: 'production is protected.' });
      },
    });

  it('is changed when the person says yes', async () => {
    const { code, err } = await ran({ argv: ['deploy', 'production'], agent: agent(), typed: 'yes\n' });
    assert.equal(code, 0);
    assert.match(err, /production is protected\.\nGo on\? \[y\/N\]/);
  });

  it('is left alone when the person says anything else', async () => {
    const asked = agent();
    assert.equal((await ran({ argv: ['deploy', 'production'], agent: asked, typed: 'n\n' })).code, 130);
    assert.equal(asked.asked.length, 1);
  });

  it('is changed with --yes, without a question', async () => {
    assert.equal((await ran({ argv: ['deploy', 'production', '--yes'], agent: agent() })).code, 0);
  });

  it('needs --yes where there is no terminal, and with --json', async () => {
    for (const argv of [
      ['deploy', 'production'],
      ['deploy', 'production', '--json'],
    ]) {
      const { code, out, err } = await ran({ argv, agent: agent() });
      assert.equal(code, 2);
      assert.match(out + err, /no terminal to ask on[^]*--yes/);
    }
  });

  it('is asked about once by a command that asks anyway', async () => {
    const { code, err } = await ran({ argv: ['down', 'production'], agent: agent(), typed: 'y\n' });
    assert.equal(code, 0);
    assert.equal(err.match(/Go on\?/g)?.length, 1);
  });
});

describe('Ctrl-C', () => {
  const reverting = (): FakeAgent =>
    new FakeAgent({
      deploy: async (_params, call) => {
        await aborted(call.signal);
        return { ...rolloutDone, outcome: 'reverted', reason: 'cancelled', message: 'v1.0.0 is live again.' };
      },
    });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    it(`(${signal}) cancels, waits for the result, and exits with 130`, async () => {
      const fake = new FakeHost({ argv: ['deploy', 'dev'], agent: reverting() });
      const running = run(fake.host);
      fake.signals.emit(signal);
      assert.equal(await running, 130);
      assert.match(
        fake.err,
        /^cancelling: putting everything back… press again to leave it to the cluster$/m,
      );
      assert.match(fake.out, /v1\.0\.0 is live again/);
      assert.deepEqual(fake.left, []);
      assert.equal(fake.signals.listenerCount(signal), 0);
    });
  }

  it('pressed twice leaves at once and says who goes on', async () => {
    let end: (() => void) | undefined;
    const agent = new FakeAgent({
      deploy: () => new Promise((resolve) => (end = () => resolve(rolloutDone))),
    });
    const fake = new FakeHost({ argv: ['deploy', 'dev'], agent });
    const running = run(fake.host);
    fake.signals.emit('SIGINT');
    assert.deepEqual(fake.left, []);
    fake.signals.emit('SIGINT');
    assert.deepEqual(fake.left, [130]);
    assert.match(fake.err, /left it to the cluster/);
    end?.();
    await running;
  });

  it('too late does not turn a done deploy into a cancelled one', async () => {
    const agent = new FakeAgent({
      deploy: async (_params, call) => {
        await aborted(call.signal);
        return rolloutDone;
      },
    });
    const fake = new FakeHost({ argv: ['deploy', 'dev'], agent });
    const running = run(fake.host);
    fake.signals.emit('SIGINT');
    assert.equal(await running, 0);
  });

  it('stops reading commands without a word', async () => {
    const agent = new FakeAgent({
      logs: async (_params, call) => {
        await aborted(call.signal);
        throw failure('cancelled', { message: 'cancelled' });
      },
    });
    const fake = new FakeHost({ argv: ['logs', 'dev', '--follow'], agent });
    const running = run(fake.host);
    fake.signals.emit('SIGINT');
    assert.equal(await running, 130);
    assert.equal(fake.err, '');
  });
});
