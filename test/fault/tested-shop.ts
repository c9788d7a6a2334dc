/** A shop whose versions have suites that ask it on its stack's networks; and what they may leave behind. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stringify } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { addVersion, comesToRestOn } from './shop-facts.ts';

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

/** With v1.0.0 live. */
export async function openTestedShop(about: string, tags: readonly (keyof typeof versions)[]): Promise<Shop> {
  const shop = await openShop({ about, replicas: 1 });
  for (const tag of tags) {
    const suites = Object.fromEntries(
      Object.entries(versions[tag] ?? {}).map(([name, suite]) => [
        name,
        { service: 'web', ...(suite as object) },
      ]),
    );
    const change = { file: 'tidegate.yaml', edit: (text: string) => text + stringify({ suites }) };
    await addVersion(shop, { from: 'v1.1.0', tag, change });
  }
  await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  return shop;
}

/** Services and containers of suites. */
export async function leftOf({ stack, test, swarm }: Shop): Promise<readonly string[]> {
  const own = { 'tidegate.stack': stack, 'tidegate.object': 'suite' };
  const label = Object.entries(own).map(([key, value]) => `${key}=${value}`);
  const containers = await test.docker.listContainers({ all: true, filters: { label } });
  return [...(await swarm.services.list(own)).map(({ name }) => name), ...containers.map(({ Id }) => Id)];
}

export async function nothingIsLeft(shop: Shop): Promise<void> {
  await eventually(async () => assert.deepEqual(await leftOf(shop), [], 'what suites left'), {
    withinMs: 30_000,
    everyMs: 500,
  });
}

/** Kills the agent (SIGKILL) as soon as its suite has begun; control puts all of it back. */
export async function killedInItsSuite(shop: Shop, tag: string): Promise<void> {
  const { child, done } = shop.start(['deploy', 'dev', tag], { env: { TIDEGATE_LEASE_SECONDS: '3' } });
  let told = '';
  child.stderr?.on('data', (text: string) => (told += text));
  await eventually(() => assert.match(told, /^suite \w+ \| begins$/m, told), { withinMs: 60_000 });
  assert.equal((await leftOf(shop)).length, 2, 'the service of the suite and its container');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await done;
  await comesToRestOn(shop, 'v1.0.0');
}
