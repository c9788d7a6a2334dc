/** Suites in real containers, and one that stops a release. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../agent/common/clock.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { Suite } from '../../../agent/config/model.ts';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { suiteLabels } from '../../../agent/server/suites/where.ts';
import { outputLimits } from '../../../agent/suites/output.ts';
import { runSuite, type SuiteOutcome } from '../../../agent/suites/run-suite.ts';
import { failureDetail } from '../../../agent/suites/wording.ts';
import { names } from '../../../agent/common/names.ts';
import { openContainers, type Runner } from '../../../agent/swarm/containers.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openOneOffs } from '../../../agent/swarm/one-off.ts';
import type { OpenEngine } from '../../../agent/swarm/engine.ts';
import { output } from '../../../scripts/command.ts';
import { ask } from '../../support/ask.ts';
import { testEngine, testStackName } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

/** A flood sooner than in earnest. */
const limits = { ...outputLimits, bytes: 2 * 1024 * 1024 };

for (const [where, open] of [
  ['a container', openPlain],
  ['a task of the Swarm', openTasks],
] as const)
  describe(`a suite in ${where}`, function () {
    this.timeout(60_000);
    const stack = testStackName('suite');
    let engine: OpenEngine;
    let place: RunnerPlace;
    let image: string;
    let lines: string[];

    before(async () => {
      const test = await testEngine();
      engine = test.connect();
      place = await open(engine, stack);
      image = test.images.node;
    });
    beforeEach(() => (lines = []));
    afterEach(async () => assert.deepEqual(await place.left(), [], 'what is left'));
    after(async () => {
      await place.close();
      engine.close();
    });

    function run(
      command: string | readonly string[],
      more: Partial<Suite> & { readonly signal?: AbortSignal } = {},
    ): Promise<SuiteOutcome> {
      const { signal = new AbortController().signal, ...some } = more;
      const suite: Suite = {
        name: 'unit',
        stage: 'build',
        service: 'web',
        source: { kind: 'image', ref: image },
        hasOwnTarget: false,
        command: typeof command === 'string' ? ['/bin/sh', '-c', command] : command,
        report: undefined,
        timeoutMs: 30_000,
        retries: 0,
        ...some,
      };
      return runSuite(
        { runner: place.runner, clock: systemClock, log: silentLog, outputLimits: limits },
        {
          suite,
          image,
          env: ['CI=true', 'TIDEGATE_SUITE=unit'],
          labels: suiteLabels(suite, stack, { rollout: 'r1' }),
          signal,
          onLine: (text) => lines.push(text),
          onRetry: () => undefined,
        },
      );
    }

    it('passes; its lines come while it runs, from both streams', async () => {
      const seen = run('echo "$CI $TIDEGATE_SUITE"; echo oops >&2; sleep 2; echo late');
      await eventually(() => assert.equal(lines.length, 2));
      assert.deepEqual([...lines].sort(), ['oops', 'true unit']);
      assert.equal((await seen).passed, true);
      assert.equal(lines.at(-1), 'late');
    });

    it('fails with the names, places and messages of its report', async () => {
      const xml =
        '<testsuite><testcase name="a"/><testcase name="b" file="/tmp/t/b.js" line="7"><failure message="1 is not 2"/></testcase></testsuite>';
      const end = await run(`mkdir -p /tmp/t; cat > /tmp/t/junit.xml <<'X'\n${xml}\nX\nexit 1`, {
        report: '/tmp/t/junit.xml',
      });
      assert.equal(
        failureDetail(end),
        'the suite unit has 1 of 2 tests failed\n  b (/tmp/t/b.js:7)\n    1 is not 2',
      );
    });

    if (where === 'a container')
      it('reads TAP as well; a report that is a link or not there proves nothing', async () => {
        const tap = await run("printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n' > r.tap", { report: 'r.tap' });
        assert.equal(tap.why, 'has 1 of 2 tests failed');
        assert.equal(
          (await run('ln -s /etc/passwd r.xml', { report: 'r.xml' })).why,
          'has a report r.xml that is no file',
        );
        assert.equal((await run('true', { report: 'r.xml' })).why, 'did not write its report r.xml');
      });

    it('that hangs, deaf to every signal, is killed at its timeout', async () => {
      const started = performance.now();
      const end = await run("trap '' TERM INT HUP; echo begins; while true; do sleep 1; done", {
        timeoutMs: 1_500,
      });
      assert.equal(end.why, 'did not end within 1.5 s (its timeout) and was killed');
      assert.deepEqual(end.tail, ['begins']);
      assert.ok(performance.now() - started < 15_000, 'it took too long');
    });

    it('that floods the output is bounded: we keep its end', async () => {
      const end = await run('yes "all work and no play makes a long log"', { timeoutMs: 30_000 });
      assert.match(end.why, /^wrote more than/);
      assert.ok(lines.length < 2_100, `${lines.length} lines`);
      assert.equal(end.tail.length, 30);
    });

    it('that leaves processes behind takes them with it', async () => {
      const seconds = `8${Math.floor(Math.random() * 1e6)}`;
      const end = await run(`sleep ${seconds} & (trap '' HUP; sleep ${seconds}) & echo started; exit 0`);
      assert.equal(end.passed, true);
      const processes = await output('ps', ['-eo', 'args']);
      assert.ok(!processes.includes(`sleep ${seconds}`), 'a process is left');
    });

    it('that is cancelled ends at once', async () => {
      const stopping = new AbortController();
      const running = run('echo begins; sleep 60', { signal: stopping.signal });
      running.catch(() => undefined);
      await eventually(() => assert.equal(lines.length, 1));
      const started = performance.now();
      stopping.abort();
      await assert.rejects(running, (error) => hasCode(error, 'cancelled'));
      assert.ok(performance.now() - started < 5_000, 'it took too long');
    });

    it('whose program is not in the image says so', async () => {
      assert.match((await run(['/no/such/program'])).why, /^could not be started: .*\/no\/such\/program/);
    });
  });

interface RunnerPlace {
  readonly runner: Runner;
  /** Of this test: containers and services. */
  left(): Promise<readonly string[]>;
  close(): Promise<void>;
}

function openPlain(engine: OpenEngine, stack: string): Promise<RunnerPlace> {
  const runner = openContainers(engine);
  const left = async (): Promise<readonly string[]> =>
    (await runner.list({ 'tidegate.stack': stack })).map(({ id }) => id);
  return Promise.resolve({ runner, left, close: () => Promise.resolve() });
}

/** On a network that no plain container can be on. */
async function openTasks(engine: OpenEngine, stack: string): Promise<RunnerPlace> {
  const swarm = openSwarm(engine);
  const containers = openContainers(engine);
  const own = { 'tidegate.stack': stack };
  const network = await swarm.networks.ensure(names.edgeNetwork(stack), own);
  const tasks = openOneOffs({ swarm, containers });
  let made = 0;
  const create: Runner['create'] = ({ image, command, env, labels }) =>
    tasks.create({
      name: names.run(stack, `t${String(++made)}`),
      labels,
      container: { Image: image, Env: env, ...(command && { Command: command }) },
      networks: [network],
    });
  return {
    runner: { ...tasks, create },
    left: async () => [
      ...(await swarm.services.list(own)).map(({ name }) => name),
      ...(await containers.list(own)).map(({ id }) => id),
    ],
    close: () => swarm.networks.remove(network),
  };
}

describe('a release with a unit suite', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'suites', suites: true, replicas: 1 });
  });
  after(() => shop.leave());

  it('goes live when it passes', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    assert.match(stderr, /^suite unit \| .*a discount is rounded/m);
    assert.match(stderr, /^suite unit: passed, 3 tests$/m);
    assert.equal(await liveVersion(), '1.1.0');
  });

  it('is stopped before anything is placed when it fails, naming the test', async () => {
    const before = await shop.swarm.services.list({ 'tidegate.stack': shop.stack });
    const run = await shop.cli('deploy', 'dev', 'v1.5.0', '--json');
    assert.equal(run.code, 1, run.stdout);
    const result = JSON.parse(run.stdout) as RolloutResult;
    assert.deepEqual([result.outcome, result.reason], ['failed', 'suite-failed']);
    assert.match(
      result.message,
      /the suite unit has 1 of 3 tests failed\n {2}a discount is rounded to the nearest cent \(test\/money\.test\.js:\d+\)/,
    );
    assert.match(result.message, /v1\.1\.0 has all the traffic; nothing changed for its users/);
    assert.equal(await liveVersion(), '1.1.0');
    const after = await shop.swarm.services.list({ 'tidegate.stack': shop.stack });
    assert.deepEqual(after.map(({ name }) => name).sort(), before.map(({ name }) => name).sort());
  });

  it('leaves neither containers nor images of its tests behind', async () => {
    const { docker } = shop.test;
    const own = { label: [`tidegate.stack=${shop.stack}`] };
    const containers = await docker.listContainers({
      all: true,
      filters: { label: [...own.label, 'tidegate.object=suite'] },
    });
    assert.deepEqual(
      containers.map(({ Id }) => Id),
      [],
    );
    const released = (await shop.ledger.releases.list()).map(({ services }) => services['web']?.digest ?? '');
    const tagged = (await docker.listImages({ filters: own })).filter(
      ({ RepoTags }) => (RepoTags ?? []).length > 0,
    );
    assert.deepEqual(
      tagged.map(({ Id }) => Id).filter((id) => !released.includes(id)),
      [],
    );
  });

  it('is brought back without running it again', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    const { stderr } = await must(shop.cli('rollback', 'dev', 'v1.1.0'));
    assert.doesNotMatch(stderr, /suite unit/);
    assert.equal(await liveVersion(), '1.1.0');
  });

  async function liveVersion(): Promise<unknown> {
    const answer = await ask({ url: `${shop.url}/version`, headers: { host: 'shop.localhost' } });
    return answer.headers['x-shop-version'];
  }
});
