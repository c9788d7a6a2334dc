/** Suites that ask a release on its stack's networks: before users see it, and once they do. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stringify } from 'yaml';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import { eventually } from '../support/eventually.ts';
import type { Load } from '../support/load.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { addVersion, comesToRestOn, noFailure } from './shop-facts.ts';

/** Fails unless the shop is the version that is expected, asked as a suite is told to. */
const asks = (expected: string, headers = '{}'): string =>
  `node -e 'fetch(process.env.TIDEGATE_URL + "/version", { headers: ${headers} }).then((answer) => {
    const version = answer.headers.get("x-shop-version");
    console.log("it is", version, "in release", process.env.TIDEGATE_RELEASE, process.env.CI);
    process.exitCode = version === "${expected}" ? 0 : 1;
  })'`;
const asPreview = '{ "x-tidegate-preview": process.env.TIDEGATE_PREVIEW }';
const hangs = `trap '' TERM INT HUP; sleep 1000 & echo begins; while true; do sleep 1; done`;
const red = `<testsuite><testcase name="cart"/><testcase name="checkout pays" file="smoke.js" line="7"><failure message="1 is not 2"/></testcase></testsuite>`;

const versions: Readonly<Record<string, object>> = {
  'v2.0.0': {
    smoke: {
      stage: 'preview',
      command: `${asks('2.0.0', asPreview)} && ${asks('1.0.0')}`,
    },
    users: { stage: 'live', command: `test -z "$TIDEGATE_PREVIEW" && ${asks('2.0.0')}` },
  },
  'v2.1.0': {
    smoke: { stage: 'preview', command: `echo '${red}' > /tmp/r.xml`, report: '/tmp/r.xml' },
  },
  'v2.2.0': { users: { stage: 'live', command: `sleep 1; ${asks('9.9.9')}` } },
  'v2.3.0': { smoke: { stage: 'preview', command: hangs, timeout: '1s' } },
  'v2.4.0': { smoke: { stage: 'preview', command: hangs } },
  'v2.5.0': { users: { stage: 'live', command: hangs } },
};

describe('suites on the networks of the stack', function () {
  this.timeout(120_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openShop({ about: 'smoke', replicas: 1 });
    for (const [tag, suites] of Object.entries(versions)) {
      const whole = Object.fromEntries(
        Object.entries(suites).map(([name, suite]) => [name, { service: 'web', ...(suite as object) }]),
      );
      await addVersion(shop, {
        from: 'v1.1.0',
        tag,
        change: { file: 'tidegate.yaml', edit: (text) => text + stringify({ suites: whole }) },
      });
    }
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });
  beforeEach(() => {
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });
  afterEach(async () => {
    await load.stop();
    noFailure(load);
    await eventually(async () => assert.deepEqual(await left(), [], 'what suites left'), {
      withinMs: 30_000,
      everyMs: 500,
    });
  });
  after(() => shop.close());

  async function left(): Promise<readonly string[]> {
    const own = { 'tidegate.stack': shop.stack, 'tidegate.object': 'suite' };
    const label = Object.entries(own).map(([key, value]) => `${key}=${value}`);
    const containers = await shop.test.docker.listContainers({ all: true, filters: { label } });
    return [
      ...(await shop.swarm.services.list(own)).map(({ name }) => name),
      ...containers.map(({ Id }) => Id),
    ];
  }

  const versionsSeen = (): readonly string[] => Object.keys(load.stats().versions).sort();

  async function fails(tag: string, code: number): Promise<RolloutResult> {
    const run = await shop.cli('deploy', 'dev', tag, '--json');
    assert.equal(run.code, code, run.stdout + run.stderr);
    return JSON.parse(run.stdout) as RolloutResult;
  }

  it('that fails before users see it: they never do, and the test that failed is named', async () => {
    const { outcome, reason, message } = await fails('v2.1.0', 1);
    assert.deepEqual([outcome, reason], ['failed', 'suite-failed']);
    assert.match(message, /smoke has 1 of 2 tests failed\n {2}checkout pays \(smoke.js:7\)\n {4}1 is not 2/);
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(versionsSeen(), ['1.0.0']);
  });

  it('that hangs before users see it is killed at its timeout', async () => {
    const { message } = await fails('v2.3.0', 1);
    assert.match(message, /smoke did not end within 1 s \(its timeout\) and was killed/);
    assert.deepEqual(versionsSeen(), ['1.0.0']);
  });

  it('that fails once it is live takes it back, without a lost request', async () => {
    const { outcome, reason, message } = await fails('v2.2.0', 3);
    assert.deepEqual([outcome, reason], ['reverted', 'suite-failed']);
    assert.match(
      message,
      /the suite users ended with exit code 1\n.*\n {4}it is 2\.2\.0 in release \d+ true/,
    );
    assert.match(message, /v1\.0\.0 has all the traffic again/);
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(versionsSeen(), ['1.0.0', '2.2.0']);
  });

  for (const [when, tag, seen] of [
    ['before users see it', 'v2.4.0', ['1.0.0']],
    ['once it is live', 'v2.5.0', ['1.0.0', '2.5.0']],
  ] as const)
    it(`whose agent is killed ${when}: control takes the release back and the suite away`, async () => {
      const { child, done } = shop.start(['deploy', 'dev', tag], { env: { TIDEGATE_LEASE_SECONDS: '3' } });
      let told = '';
      child.stderr?.on('data', (text: string) => (told += text));
      await eventually(() => assert.match(told, /^suite \w+ \| begins$/m, told), { withinMs: 60_000 });
      assert.equal((await left()).length, 2, 'the service of the suite and its container');
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await done;
      await comesToRestOn(shop, 'v1.0.0');
      assert.deepEqual(versionsSeen(), seen);
    });

  it('that pass: the preview asks the new version, users the old one, until it is theirs', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'v2.0.0'));
    assert.match(
      stderr,
      /^verifying\nsuite smoke \| it is 2\.0\.0 in release (\d+) true\nsuite smoke \| it is 1\.0\.0 in release \1 true\nsuite smoke: passed\n/m,
    );
    assert.match(
      stderr,
      /^promoted\ntesting-live\nsuite users \| it is 2\.0\.0 in .*\nsuite users: passed\nsettling/m,
    );
    await comesToRestOn(shop, 'v2.0.0');
  });
});
