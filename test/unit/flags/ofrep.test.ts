import assert from 'node:assert/strict';
import { request } from 'node:http';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature, StandardResolutionReasons } from '@openfeature/server-sdk';
import { names } from '../../../agent/common/names.ts';
import { ask, type Asked } from '../../support/ask.ts';
import { stack } from '../ledger/samples.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

const all = '/ofrep/v1/evaluate/flags';

describe('flags over OFREP, from a control that listens', () => {
  let env: FlagsEnvironment;
  let url: string;

  before(async () => {
    env = await openFlagsEnvironment();
    const release = await env.release([flag('new-basket'), flag('free-delivery', { default: true })]);
    await env.routes(live(release));
    ({ url } = await env.control('t1'));
  });
  after(() => env.close());

  const post = (
    path: string,
    body = '{"context":{}}',
    headers: Record<string, string> = {},
  ): Promise<Asked> =>
    ask({
      url: `${url}${path}`,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const json = ({ text }: Asked): unknown => JSON.parse(text);

  it('are one flag with its value, variant and reason', async () => {
    const answer = await post(`${all}/new-basket`);
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.deepEqual(json(answer), { key: 'new-basket', value: false, reason: 'STATIC', variant: 'off' });
    assert.deepEqual(json(await post(`${all}/free-delivery`)), {
      key: 'free-delivery',
      value: true,
      reason: 'STATIC',
      variant: 'on',
    });
  });

  it('are what the rules give the user of the context', async () => {
    const rules = [
      {
        when: { attribute: 'plan', test: { op: 'in' as const, values: ['pro'] } },
        serve: { variant: 'quick' },
      },
      { when: { attribute: 'age', test: { op: '>' as const, number: 90 } }, serve: { variant: 'classic' } },
    ];
    const variants = [
      { name: 'classic', value: 1 },
      { name: 'quick', value: { pages: 2 } },
    ];
    const other = await openFlagsEnvironment();
    try {
      const checkout = flag('checkout', {
        type: 'object',
        variants,
        off: 'classic',
        on: { variant: 'classic' },
        rules,
      });
      await other.routes(live(await other.release([{ ...checkout, default: true }])));
      const control = await other.control('t1');
      const asked = async (context: unknown): Promise<unknown> => {
        const body = JSON.stringify({ context });
        const answer = await ask({ url: `${control.url}${all}/checkout`, method: 'POST', body, headers: {} });
        return [answer.status, json(answer)];
      };
      const key = 'checkout';
      assert.deepEqual(await asked({ targetingKey: 'u', plan: 'pro' }), [
        200,
        { key, value: { pages: 2 }, variant: 'quick', reason: 'TARGETING_MATCH' },
      ]);
      assert.deepEqual(await asked({}), [200, { key, value: 1, variant: 'classic', reason: 'DEFAULT' }]);
      const [status, problem] = (await asked({ age: 'old' })) as [number, { errorCode: string }];
      assert.deepEqual([status, problem.errorCode], [400, 'GENERAL']);
    } finally {
      await other.close();
    }
  });

  it('are all of them, with an ETag that stays until one is switched', async () => {
    const first = await post(all);
    const etag = String(first.headers.etag);
    assert.match(etag, /^"[0-9a-f]{32}"$/);
    assert.deepEqual(
      (json(first) as { flags: { key: string; value: boolean }[] }).flags.map(({ key, value }) => [
        key,
        value,
      ]),
      [
        ['free-delivery', true],
        ['new-basket', false],
      ],
    );
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const same = await post(all, '{}', { 'if-none-match': tag });
      assert.deepEqual([same.status, same.text, same.headers.etag], [304, '', etag], tag);
    }
    assert.equal((await post(all, '{}', { 'if-none-match': '"other"' })).status, 200);
    await env.ask('flags.set', { key: 'new-basket', on: true });
    const next = await post(all, '{}', { 'if-none-match': etag });
    assert.equal(next.status, 200);
    assert.notEqual(next.headers.etag, etag);
    await env.ask('flags.set', { key: 'new-basket', on: false });
    assert.equal((await post(all)).headers.etag, etag, 'equal flags, equal tag');
  });

  it('need no body, and any context', async () => {
    for (const body of ['', ' ', '{}', '{"context":{"targetingKey":"ann","age":7}}'])
      assert.equal((await post(`${all}/new-basket`, body)).status, 200, body);
  });

  it('say what is wrong with a request, with the code of the protocol', async () => {
    const table: readonly [string, string, number, object][] = [
      [`${all}/nothing`, '{}', 404, { key: 'nothing', errorCode: 'FLAG_NOT_FOUND' }],
      [`${all}/constructor`, '{}', 404, { key: 'constructor', errorCode: 'FLAG_NOT_FOUND' }],
      [`${all}/a%20b`, '{}', 404, { key: 'a b', errorCode: 'FLAG_NOT_FOUND' }],
      [`${all}/new-basket`, '{', 400, { key: 'new-basket', errorCode: 'PARSE_ERROR' }],
      [`${all}/new-basket`, '[]', 400, { key: 'new-basket', errorCode: 'PARSE_ERROR' }],
      [`${all}/new-basket`, '{"context":"ann"}', 400, { key: 'new-basket', errorCode: 'INVALID_CONTEXT' }],
      [`${all}/%E0%A4%A`, '{}', 400, { key: '', errorCode: 'PARSE_ERROR' }],
      [all, 'null', 400, { errorCode: 'PARSE_ERROR' }],
      [all, '{"context":[]}', 400, { errorCode: 'INVALID_CONTEXT' }],
      [all, `{"context":{"a":"${'x'.repeat(70_000)}"}}`, 413, { errorCode: 'GENERAL' }],
    ];
    for (const [path, body, status, expected] of table) {
      const answer = await post(path, body);
      assert.equal(answer.status, status, `${path} ${body.slice(0, 30)}`);
      const { errorDetails, ...rest } = json(answer) as { errorDetails: string };
      assert.deepEqual(rest, expected);
      assert.match(errorDetails, /\.$/);
    }
  });

  it('are evaluated with POST at two addresses, and nothing else is reached that way', async () => {
    const got = await ask({ url: `${url}${all}/new-basket` });
    assert.deepEqual([got.status, got.headers.allow], [405, 'POST']);
    for (const path of ['/ofrep/v1/configuration', `${all}/`, `${all}/a/b`])
      assert.equal((await post(path)).status, 404, path);
    assert.equal(await rawStatus('/ofrep/v1/../../ack?task=a'), 404);
  });

  /** `fetch` and `ask` would tidy the path up first. */
  function rawStatus(path: string): Promise<number | undefined> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      request({ host: hostname, port, path, method: 'POST', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end('o 7 h -');
    });
  }

  it('cannot be had before the ledger was read for the first time: that is no flag that is off', async () => {
    const blind = await env.control('t9', {
      before: () => Promise.reject(new Error('no leader')),
      after: () => Promise.resolve(),
      deliver: () => undefined,
    });
    const answer = await ask({ url: `${blind.url}${all}/new-basket`, method: 'POST', body: '{}' });
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1']);
    env.cluster.tasks = env.cluster.tasks.filter(({ id }) => id !== 't9');
  });

  describe('through the SDK and provider of OpenFeature', () => {
    before(() => OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: url })));
    after(() => OpenFeature.close());

    it('have their value, variant and reason, and follow a switch', async () => {
      const client = OpenFeature.getClient();
      const details = await client.getBooleanDetails('free-delivery', false, { targetingKey: 'ann' });
      assert.deepEqual(
        [details.value, details.variant, details.reason, details.errorCode],
        [true, 'on', StandardResolutionReasons.STATIC, undefined],
      );
      assert.equal(await client.getBooleanValue('new-basket', true), false);
      await env.ask('flags.set', { key: 'new-basket', on: true });
      assert.equal(await client.getBooleanValue('new-basket', false), true, 'the very next evaluation');
      await env.ask('flags.set', { key: 'new-basket', on: false });
      assert.equal(await client.getBooleanValue('new-basket', true), false);
    });

    it('give the default of the caller where there is no such flag, and say why', async () => {
      const client = OpenFeature.getClient();
      const details = await client.getBooleanDetails('nothing', true);
      assert.deepEqual([details.value, details.errorCode], [true, 'FLAG_NOT_FOUND']);
    });

    it('give the default where another type is asked for', async () => {
      const details = await OpenFeature.getClient().getStringDetails('free-delivery', 'none');
      assert.deepEqual([details.value, details.errorCode], ['none', 'TYPE_MISMATCH']);
    });

    it('stay as they were while the ledger is nonsense', async () => {
      const client = OpenFeature.getClient();
      await env.ask('flags.set', { key: 'new-basket', on: true });
      const object = env.cluster.config(names.flags(stack));
      assert.ok(object, 'there is an object of the flags');
      env.cluster.setLabels(object, { ...object.labels, 'flag.new-basket': 'perhaps' });
      assert.equal(await client.getBooleanValue('new-basket', false), true);
      const broken = env.cluster.config(names.flags(stack));
      assert.ok(broken, 'it is still there');
      env.cluster.setLabels(broken, object.labels);
    });
  });
});
