import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseDocument } from 'yaml';
import { names } from '../../../agent/common/names.ts';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { ask } from '../../support/ask.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type CliRun, type Shop } from '../../support/shop.ts';
import { addTag, editFile, rollout } from './commits.ts';

const host = 'shop.localhost';

/** Nobody is to ask it: services have their own SDKs for that. */
const flagServer = createServer((request, response) => {
  flagServerAsked.push(request.url ?? '');
  response.writeHead(500).end();
});
const flagServerAsked: string[] = [];

describe('a release with steps, and the way back when nothing is warm', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'canary', replicas: 1 });
    const policy = rollout('steps: [20%], hold: 6s, deadline: 1m, drain: 2s, keepWarm: 1s');
    for (const version of ['1.0.0', '1.1.0'])
      await addTag(shop.folder, {
        from: `v${version}`,
        tag: `step-${version}`,
        // An image of this test's own: one that it takes away is nobody else's.
        edit: { 'tidegate.yaml': policy, 'src/season.js': (text) => `${text}// ${shop.stack}\n` },
      });
    await must(shop.cli('deploy', 'dev', 'step-1.0.0'));
    await must(shop.cli('flags', 'on', 'dev', 'free-delivery'));
    await new Promise<void>((resolve) => flagServer.listen(0, '127.0.0.1', resolve));
    // From here on the environment's flags are at another server.
    await editFile(shop.folder, 'tidegate.yaml', (text) => {
      const document = parseDocument(text);
      const server = { unleash: { url: flagServerUrl(), environment: 'development' } };
      document.setIn(['environments', 'dev', 'flags'], document.createNode(server));
      return document.toString();
    });
  });
  after(() => {
    flagServer.close();
    shop.leave();
  });

  const flagServerUrl = (): string => `http://127.0.0.1:${(flagServer.address() as AddressInfo).port}`;

  it('gives the new version its share, the same to the same person, and then everything', async () => {
    const running = shop.cli('deploy', 'dev', 'step-1.1.0', '--json');
    await eventually(
      async () => assert.equal((await shop.ledger.routes.read()).value.routes['web']?.canary, 2_000),
      { withinMs: 60_000 },
    );
    const people = await untilOneSeesIt();
    const canary = people.filter(({ version }) => version === '1.1.0').length;
    assert.ok(canary > 5 && canary < 50, `${canary} of ${people.length} saw the new version`);
    const fans = people.filter(({ version }) => version === '1.1.0').slice(0, 5);
    for (const { cookie } of fans) assert.equal((await visit(cookie)).version, '1.1.0');
    assert.equal(resultOf(await must(running)).outcome, 'done');
    assert.equal((await visit('')).version, '1.1.0');
    await flagsAreAtTheServer('web-green');
  });

  it('takes the old slot away when it has been warm long enough', async () => {
    await eventually(
      async () => {
        assert.equal(await shop.swarm.services.get(`${shop.stack}_web-blue`), undefined);
        const { slots, claims, lock } = (await shop.ledger.routes.read()).value;
        assert.deepEqual([Object.keys(slots), claims, lock.holder], [['web-green'], {}, undefined]);
      },
      { withinMs: 60_000 },
    );
  });

  it('goes back to a kept release with its recorded image, without building', async () => {
    const kept = (await shop.ledger.releases.get(1))?.services['web']?.digest;
    const run = await must(shop.cli('rollback', 'dev', '--json'));
    const result = resultOf(run);
    assert.equal(result.outcome, 'done');
    assert.doesNotMatch(run.stderr, /"kind":"line"/);
    const record = await shop.ledger.releases.get(result.to?.number ?? 0);
    assert.deepEqual([record?.services['web']?.digest, record?.restores], [kept, 1]);
    assert.equal((await visit('')).version, '1.0.0');
    await flagsAreOurs('web-blue', record?.number ?? 0);
  });

  it('says before anything starts that an image is gone', async () => {
    const image = (await shop.ledger.releases.get(2))?.services['web']?.image ?? '';
    await eventually(
      async () => assert.equal(await shop.swarm.services.get(`${shop.stack}_web-green`), undefined),
      { withinMs: 60_000 },
    );
    await eventually(() => shop.test.docker.getImage(image).remove({ force: true }));
    const journals = (await shop.ledger.journals.list()).length;
    const refused = await shop.cli('rollback', 'dev', 'step-1.1.0', '--json');
    assert.equal(refused.code, 1, refused.stdout);
    const { error } = JSON.parse(refused.stdout) as { error: Record<string, string> };
    assert.equal(error['code'], 'release.cannot-be-restored');
    assert.match(error['hint'] ?? '', /tidegate deploy dev TAG/);
    assert.equal((await shop.ledger.journals.list()).length, journals, 'no rollout was begun');
  });

  async function flagVariables(slot: string): Promise<readonly string[]> {
    const { spec } = (await shop.swarm.services.get(`${shop.stack}_${slot}`)) ?? {};
    const env = spec?.TaskTemplate.ContainerSpec.Env ?? [];
    return env.filter((entry) => /^(TIDEGATE_.*FLAG|TIDEGATE_UNLEASH|OFREP_|FLAGD_)/.test(entry)).sort();
  }

  /** What somebody has switched here stays, whoever holds the flags now, and nothing is brought there. */
  async function switchedAsBefore(): Promise<void> {
    const flags = (await shop.ledger.flags.find())?.value;
    assert.deepEqual([[...(flags?.states ?? [])], flags?.changes.length], [[['free-delivery', 'on']], 1]);
    assert.equal(flags?.definitions, undefined);
    assert.equal(await shop.swarm.configs.get(names.flagDefinitions(shop.stack, 1)), undefined);
    assert.deepEqual(flagServerAsked, []);
  }

  async function flagsAreAtTheServer(slot: string): Promise<void> {
    assert.deepEqual(await flagVariables(slot), [
      'TIDEGATE_FLAG_SERVER=unleash',
      `TIDEGATE_UNLEASH_URL=${flagServerUrl()}/api`,
    ]);
    assert.equal((await shop.ledger.releases.get(2))?.flags, undefined);
    assert.equal(
      resultOf(await must(shop.cli('deploy', 'dev', 'step-1.1.0', '--json'))).outcome,
      'unchanged',
    );
    await switchedAsBefore();
  }

  /** Of a release from before that server was named: it asks here, and finds what was switched. */
  async function flagsAreOurs(slot: string, release: number): Promise<void> {
    assert.deepEqual(
      (await flagVariables(slot)).map((entry) => entry.split('=', 1)[0]),
      ['FLAGD_HOST', 'FLAGD_SYNC_PORT', 'OFREP_ENDPOINT', 'TIDEGATE_FLAGS_URL', 'TIDEGATE_UNLEASH_URL'],
    );
    const keys = (await shop.ledger.releases.get(release))?.flags?.map(({ key }) => key);
    assert.deepEqual(keys, ['free-delivery']);
    await switchedAsBefore();
    const page = await ask({ url: shop.url, headers: { host } });
    assert.match(page.text, /This week delivery is free/);
  }

  /** An edge takes a moment to hear of the share: the first round in which anybody sees it counts. */
  function untilOneSeesIt(): Promise<readonly Visit[]> {
    return eventually(async () => {
      const people: Visit[] = [];
      for (let round = 0; round < 10; round += 1)
        people.push(...(await Promise.all(Array.from({ length: 10 }, () => visit('')))));
      assert.ok(
        people.some(({ version }) => version === '1.1.0'),
        "people.some(({ version }) => version === '1.1.0')",
      );
      return people;
    });
  }

  async function visit(cookie: string): Promise<Visit> {
    const headers = cookie === '' ? { host } : { host, cookie };
    const answer = await ask({ url: `${shop.url}/version`, headers });
    assert.equal(answer.status, 200, answer.text);
    const kept = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie;
    return { version: answer.headers['x-shop-version'], cookie: kept };
  }
});

interface Visit {
  readonly version: unknown;
  readonly cookie: string;
}

function resultOf(run: CliRun): RolloutResult {
  return JSON.parse(run.stdout) as RolloutResult;
}
