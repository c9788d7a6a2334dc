/** Flags at a real Unleash server, which this starts: listed, created, switched, given shares, through its restarts. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { initialize, type Context, type Unleash } from 'unleash-client';
import { flagsDocument } from '../../../agent/flags/document.ts';
import { exportFlags } from '../../../agent/flags/exchange/export.ts';
import { clientFeatures } from '../../../agent/flags/unleash/payload.ts';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import type { Condition, FlagDefinition, Rule } from '../../../agent/swarm/ledger/flag-definition.ts';
import { ensureUnleash, postgresFolder } from '../../../scripts/unleash/place.ts';
import { startUnleash, type UnleashServer } from '../../../scripts/unleash/server.ts';
import { eventually } from '../../support/eventually.ts';
import { flag } from '../../unit/flags/environment.ts';
import { sdkOf } from '../../unit/flags/unleash-sdk.ts';
import { openFlagServerCheckout, type FlagServerCheckout } from '../../support/flag-server-checkout.ts';

/** Rules, shares, variants, a flag that another one needs, one that is off. */
const pro: Rule = {
  when: { attribute: 'plan', test: { op: 'in', values: ['pro'] } },
  serve: { variant: 'on' },
};
const adult: Condition = { attribute: 'age', test: { op: '>=', number: 18 } };
const halves = (seed: string, a: string, b: string, share: number) => ({
  ...{ by: 'targetingKey', seed },
  split: [
    { variant: a, share },
    { variant: b, share: 10_000 - share },
  ],
});
const texts = ['none', 'short', 'long'].map((name) => ({ name, value: `${name} text` }));
const moved: readonly FlagDefinition[] = [
  flag('moved', {
    default: true,
    rules: [pro, { when: adult, serve: { variant: 'on' } }],
    on: { variant: 'off' },
  }),
  flag('moved-share', { kind: 'experiment' }),
  flag('moved-off', { kind: 'kill-switch', rules: [pro] }),
  flag('moved-child', { default: true, needs: [{ flag: 'moved', variants: null }] }),
  flag('moved-texts', {
    ...{ default: true, type: 'string', variants: texts, off: 'none' },
    rules: [{ when: pro.when, serve: { variant: 'long' } }],
    on: halves('moved-texts', 'short', 'long', 4_000),
  }),
];
const states = new Map([['moved-share', 'on:3000']] as const);

function seenBy(sdk: Unleash, key: string, user: Context): string {
  return JSON.stringify([sdk.isEnabled(key, user), sdk.getVariant(key, user).payload?.value]);
}

const root = path.resolve(import.meta.dirname, '../../..');

describe('flags at a real Unleash server', function () {
  this.timeout(60_000);
  let server: UnleashServer;
  let checkout: FlagServerCheckout;

  before(async function () {
    this.timeout(300_000);
    const postgres = await postgresFolder();
    // Counted as skipped, and told by scripts/test.ts.
    if (postgres === undefined) this.skip();
    const program = await ensureUnleash({ root, say: (line) => console.log(line) });
    server = await startUnleash({ server: program, postgres });
    checkout = await openFlagServerCheckout({ url: server.url, token: server.adminToken });
  });
  after(async () => {
    await (checkout as FlagServerCheckout | undefined)?.close();
    await (server as UnleashServer | undefined)?.close();
  });

  /** As the server's own pages do it. */
  async function admin<T = unknown>(
    method: string,
    where: string,
    body?: unknown,
    token = server.adminToken,
  ): Promise<T> {
    const response = await fetch(`${server.url}/api/admin${where}`, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${method} ${where}: ${response.status} ${await response.clone().text()}`);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  const create = (key: string) =>
    checkout.ask('flags.create', { key, description: `What ${key} does.`, kind: 'ops' });
  const listed = async (key: string): Promise<FlagStatus> => {
    const { flags } = await checkout.ask('flags.list', {});
    const found = flags.find((flag) => flag.key === key);
    assert.ok(found, `${key} is listed`);
    return found;
  };
  const strategiesOf = async (key: string): Promise<readonly { id: string; disabled: boolean }[]> =>
    admin('GET', `/projects/default/features/${key}/environments/development/strategies`);

  it('are created there, off, and only once', async () => {
    const { message } = await create('basket');
    assert.match(message, /^basket is created in the project default of http/);
    const { value, description, kind, server: held } = await listed('basket');
    assert.deepEqual([value, description, kind], [false, 'What basket does.', 'ops']);
    assert.deepEqual(held, { lastSeen: null, stale: false, strategies: [], segments: [] });
    await assert.rejects(create('basket'), { code: 'flags.conflict' });
    await assert.rejects(create('no good name'), { code: 'flags.refused' });
  });

  it('are switched, and what the server made of it is told', async () => {
    await create('switched');
    const on = await checkout.ask('flags.set', { key: 'switched', on: true });
    assert.match(on.message, /^switched is on in dev: http.* It had no strategy, so the server added one\.$/);
    assert.deepEqual([on.outcome, on.value, on.share], ['done', true, 100]);
    const again = await checkout.ask('flags.set', { key: 'switched', on: true });
    assert.equal(again.outcome, 'unchanged');
    const off = await checkout.ask('flags.set', { key: 'switched', on: false });
    assert.deepEqual([off.outcome, off.value, off.share], ['done', false, null]);
    assert.equal((await listed('switched')).value, false);
  });

  it('get another share without being switched, and are on for it at once', async () => {
    await create('shared');
    const first = await checkout.ask('flags.set', { key: 'shared', on: true, share: 25 });
    assert.match(first.message, /^shared is on for 25 % in dev/);
    assert.equal((await strategiesOf('shared')).length, 1);
    await checkout.ask('flags.set', { key: 'shared', on: true, share: 60 });
    const { share, server: held } = await listed('shared');
    assert.deepEqual([share, held?.strategies], [60, ['flexibleRollout']]);
    await assert.rejects(checkout.ask('flags.set', { key: 'shared', on: true, share: 2.5 }), {
      code: 'flags.no-share',
    });
  });

  it('keep their own strategies: a share is refused where there are several', async () => {
    await create('several');
    const where = '/projects/default/features/several/environments/development/strategies';
    for (const rollout of ['10', '20'])
      await admin('POST', where, {
        ...{ name: 'flexibleRollout', constraints: [] },
        parameters: { rollout, groupId: 'several', stickiness: 'default' },
      });
    await assert.rejects(checkout.ask('flags.set', { key: 'several', on: true, share: 50 }), {
      code: 'flags.no-share',
      message: /it has 2 strategies there/,
    });
    const on = await checkout.ask('flags.set', { key: 'several', on: true });
    assert.match(on.message, /^several is on by its 2 strategies in dev/);
    assert.deepEqual([on.share, (await listed('several')).conditions], [null, 1]);
  });

  it('are listed with the segments they go by, and whether they are stale', async () => {
    const { id } = await admin<{ id: number }>('POST', '/segments', {
      ...{ name: 'staff', description: 'Us.' },
      constraints: [{ contextName: 'userId', operator: 'IN', values: ['ann'] }],
    });
    await create('for-staff');
    await admin('POST', '/projects/default/features/for-staff/environments/development/strategies', {
      ...{ name: 'flexibleRollout', constraints: [], segments: [id] },
      parameters: { rollout: '100', groupId: 'for-staff', stickiness: 'default' },
    });
    await admin('POST', '/projects/default/stale', { features: ['for-staff'], stale: true });
    const { server: held, conditions } = await listed('for-staff');
    assert.deepEqual([held?.segments, held?.stale, conditions], [['staff'], true, 1]);
    const { segments } = await checkout.ask('flags.list', {});
    assert.deepEqual(segments, [{ name: 'staff', description: 'Us.', conditions: 1 }]);
    // A switch leaves them as they are.
    await checkout.ask('flags.set', { key: 'for-staff', on: true });
    assert.deepEqual((await listed('for-staff')).server?.segments, ['staff']);
  });

  it('are all listed, also more than fit on a page of the server', async () => {
    const keys = Array.from({ length: 130 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (let from = 0; from < keys.length; from += 26)
      await Promise.all(
        keys
          .slice(from, from + 26)
          .map((name) => admin('POST', '/projects/default/features', { name, type: 'release' })),
      );
    const { flags } = await checkout.ask('flags.list', {});
    const many = flags.map(({ key }) => key).filter((key) => key.startsWith('many-'));
    assert.deepEqual(many, keys);
    assert.equal(new Set(flags.map(({ key }) => key)).size, flags.length);
  });

  it('are not to be had with a token of an SDK, or none that the server knows', async () => {
    const forSdks = await openFlagServerCheckout({ url: server.url, token: server.sdkToken });
    await assert.rejects(forSdks.ask('flags.list', {}), { code: 'flags.forbidden' });
    await assert.rejects(forSdks.ask('flags.set', { key: 'basket', on: true }), { code: 'flags.forbidden' });
    const wrong = await openFlagServerCheckout({ url: server.url, token: '*:*.nonsense' });
    await assert.rejects(wrong.ask('flags.list', {}), { code: 'flags.token-refused' });
    for (const [place, looks] of [
      [checkout, /^ok \d+ flags at http/],
      [forSdks, /^fail .* does not allow that/],
      [wrong, /^fail .* does not know the token/],
    ] as const) {
      const check = (await place.ask('doctor', {})).checks.find((one) => one.check === 'flag-server');
      assert.match(`${check?.state} ${check?.detail}`, looks);
    }
    // The client's own, for this address, wins over the variable.
    await wrong.ask('flags.useToken', { url: `${server.url}/`, token: server.adminToken });
    assert.ok((await wrong.ask('flags.list', {})).flags.length > 0, 'listed with the client’s token');
    await wrong.ask('flags.useToken', { url: server.url, token: null });
    await assert.rejects(wrong.ask('flags.list', {}), { code: 'flags.token-refused' });
    await Promise.all([wrong.close(), forSdks.close()]);
  });

  it('are said not to be there where project, environment or key are wrong', async () => {
    for (const [wrong, message] of [
      [{ project: 'nowhere' }, /no environment "development" in a project "nowhere"/],
      [{ environment: 'nowhere' }, /has no environment "nowhere"/],
    ] as const) {
      const lost = await openFlagServerCheckout({ url: server.url, token: server.adminToken, ...wrong });
      await assert.rejects(lost.ask('flags.list', {}), { code: 'flags.not-there', message });
      await lost.close();
    }
    await assert.rejects(checkout.ask('flags.set', { key: 'baskte', on: true }), {
      code: 'flags.unknown',
      hint: 'Did you mean "basket"?',
    });
  });

  it('are taken in as "flags export" writes them, and mean to its SDKs there what they mean here', async () => {
    const { text, lost } = exportFlags('unleash', { definitions: moved, states, environment: 'development' });
    assert.deepEqual(lost, []);
    const data = JSON.parse(text) as unknown;
    const wanted = { project: 'default', environment: 'development', data };
    const { errors } = await admin<{ errors: unknown }>('POST', '/features-batch/validate', wanted);
    assert.deepEqual(errors, []);
    await admin('POST', '/features-batch/import', wanted, await server.personalToken());
    const theirs = await fetch(`${server.url}/api/client/features`, {
      headers: { authorization: server.sdkToken },
    }).then((response) => response.json() as Promise<{ features: { name: string }[] }>);
    const features = theirs.features.filter(({ name }) => moved.some(({ key }) => key === name));
    const document = flagsDocument(moved, states);
    const sdks = await Promise.all([JSON.stringify({ features }), clientFeatures(document)].map(sdkOf));
    const users = Array.from({ length: 60 }, (_, index) => ({
      userId: `u-${index}`,
      properties: { plan: index % 3 === 0 ? 'pro' : 'free', ...(index % 2 === 0 && { age: `${index}` }) },
    }));
    for (const { key } of moved) {
      const [there, here] = sdks.map((sdk) => users.map((user) => seenBy(sdk, key, user)));
      assert.deepEqual(there, here, key);
      assert.ok(new Set(here).size > 1 || key === 'moved-off', `${key} is not the same for all of them`);
    }
    sdks.forEach((sdk) => sdk.destroy());
    const { flags } = await checkout.ask('flags.list', {});
    const told = flags
      .filter(({ key }) => key.startsWith('moved'))
      .map(({ key, value, kind, share }) => [key, value, kind, share]);
    assert.deepEqual(told, [
      ['moved', true, 'release', null],
      ['moved-child', true, 'release', null],
      ['moved-off', false, 'kill-switch', null],
      ['moved-share', true, 'experiment', 30],
      ['moved-texts', true, 'release', null],
    ]);
  });

  it('reach an unmodified SDK of the server as they are switched here', async () => {
    await create('to-sdk');
    const sdk: Unleash = initialize({
      ...{ url: `${server.url}/api`, appName: 'shop', refreshInterval: 100, disableMetrics: true },
      customHeaders: { Authorization: server.sdkToken },
      ...{ skipInstanceCountWarning: true, backupPath: checkout.folder },
    });
    try {
      await new Promise((resolve) => sdk.once('synchronized', resolve));
      const seen = (wanted: boolean): Promise<void> =>
        eventually(() => assert.equal(sdk.isEnabled('to-sdk', { userId: 'ann' }), wanted));
      await seen(false);
      await checkout.ask('flags.set', { key: 'to-sdk', on: true });
      await seen(true);
      await checkout.ask('flags.set', { key: 'to-sdk', on: true, share: 0 });
      await seen(false);
      await checkout.ask('flags.set', { key: 'to-sdk', on: true, share: 100 });
      await seen(true);
    } finally {
      sdk.destroy();
    }
  });

  it('are said not to be reachable while the server is away, and are as they were behind its restart', async () => {
    await checkout.ask('flags.set', { key: 'basket', on: true });
    await server.stop();
    await assert.rejects(checkout.ask('flags.list', {}), { code: 'flags.unreachable' });
    await assert.rejects(checkout.ask('flags.set', { key: 'basket', on: false }), {
      code: 'flags.unreachable',
    });
    await server.start();
    assert.equal((await listed('basket')).value, true);
  });
});
