import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { toldOfFlagServer } from '../../../agent/server/flag-sources/variables.ts';
import { slotSpec } from '../../../agent/release/slot-spec.ts';
import { openFlagServerCheckout, type FlagServerCheckout } from '../../support/flag-server-checkout.ts';
import { errorsOf, load, loadRight, smallTidegate, warningsOf } from '../config/project-files.ts';

const at = (unleash: string): string =>
  smallTidegate.replace('{ http: 8080 }', `{ http: 8080 }, flags: { unleash: ${unleash} }`);

describe('an environment whose flags another server holds', () => {
  let checkout: FlagServerCheckout;
  beforeEach(async () => {
    checkout = await openFlagServerCheckout({ url: 'https://unleash.example/' });
  });
  afterEach(() => checkout.close());

  it('is told apart by clients before anybody asks the server', async () => {
    const { environments } = await checkout.ask('project', {});
    assert.deepEqual(
      environments.map(({ environment, flagServer }) => [environment, flagServer]),
      [
        [
          'dev',
          {
            ...{ kind: 'unleash', url: 'https://unleash.example' },
            ...{ project: 'default', environment: 'development' },
          },
        ],
        ['own', undefined],
      ],
    );
  });

  it('needs a token, and says which variable it comes from', async () => {
    await assert.rejects(checkout.ask('flags.list', {}), {
      code: 'flags.no-token',
      hint: /TIDEGATE_UNLEASH_TOKEN.*Set Flag Server Token/,
    });
    await checkout.ask('flags.useToken', { url: 'https://unleash.example', token: 'two\nlines' });
    await assert.rejects(checkout.ask('flags.list', {}), {
      code: 'flags.no-token',
      message: /characters in it/,
    });
  });

  it('needs the file of the authority that it names', async () => {
    const own = await openFlagServerCheckout({ url: 'https://unleash.example', token: 't', ca: 'x' });
    await rm(path.join(own.folder, 'ca.pem'));
    await assert.rejects(own.ask('flags.list', {}), { code: 'flags.untrusted', message: /no ca\.pem/ });
    await own.close();
  });

  it('has nothing to do with tokens and evaluations of Tidegate, which are refused by name', async () => {
    await assert.rejects(checkout.ask('flags.token', { rotate: false }), {
      code: 'flags.at-server',
      message: /"flags.token" is not done for dev.*https:\/\/unleash\.example/,
    });
    await assert.rejects(checkout.ask('flags.evaluate', { key: null, context: {} }), {
      code: 'flags.at-server',
    });
    const { agent, folder } = checkout;
    const call = { signal: new AbortController().signal, onEvent: () => undefined };
    for (const environment of ['dev', null])
      await assert.rejects(
        agent.request('flags.serve', { folder, environment, states: 'environment', port: null }, call),
        { code: 'flags.at-server' },
      );
  });

  it('has its server looked at by the doctor, who says what is wrong and never the token', async () => {
    let status = 401;
    const server = createServer((_request, response) => response.writeHead(status).end('{}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const token = '*:*.secret-of-the-admin';
    const found = async (asked: { token?: string } = { token }) => {
      const place = await openFlagServerCheckout({ url, ...asked });
      const { checks } = await place.ask('doctor', {});
      await place.close();
      assert.ok(!JSON.stringify(checks).includes('secret-of-the-admin'), 'the token is nowhere');
      const [check, ...others] = checks.filter((one) => one.check === 'flag-server');
      assert.ok(check && others.length === 0, 'there is one such check');
      return `${check.environment} ${check.state}: ${check.detail} ${check.fix}`;
    };
    for (const [answer, words] of [
      [401, /^dev fail: .* does not know the token: .*\(401\).* Make a new one/],
      [403, /^dev fail: .* does not allow that .*\(403\).* It takes a token of the Admin API/],
      [404, /^dev fail: .* knows no such thing: .*\(404\).* Compare url, project and environment/],
      [200, /^dev fail: .* is not of Unleash's Admin API/],
    ] as const) {
      status = answer;
      assert.match(await found(), words);
    }
    assert.match(await found({}), /^dev warn: There is no token .* Set TIDEGATE_UNLEASH_TOKEN/);
    server.close();
    assert.match(await found(), /^dev fail: .* does not answer: .*ECONNREFUSED.* Is it running/);
  });

  it('is the only one where flags are created: elsewhere they come with the commit', async () => {
    const { agent, folder } = checkout;
    const params = { folder, environment: 'own', key: 'a', description: '', kind: 'release' } as const;
    const call = { signal: new AbortController().signal, onEvent: () => undefined };
    await assert.rejects(agent.request('flags.create', params, call), { code: 'flags.from-file' });
  });

  it('tells its services the address, unless they say it themselves, and none of Tidegate', async () => {
    const compose = `services:
  web:
    build: .
    environment: { A: "1" }
    healthcheck: { test: "true" }
`;
    const files = {
      'tidegate.yaml': at('{ url: "https://unleash.example/base/", environment: production }'),
      'compose.yaml': compose,
    };
    const told = toldOfFlagServer(await loadRight(files));
    const [service] = told.services;
    const spec = slotSpec({
      ...{ stack: 'shop-dev', service: 'web', colour: 'blue', release: 1, networks: [], flagsToken: 't' },
      content: { image: 'sha256:a', spec: service?.template } as never,
    });
    assert.deepEqual(spec.TaskTemplate.ContainerSpec.Env, [
      'A=1',
      'TIDEGATE_FLAG_SERVER=unleash',
      'TIDEGATE_UNLEASH_URL=https://unleash.example/base/api',
    ]);
    const own = {
      ...files,
      'compose.yaml': compose.replace('A: "1"', 'TIDEGATE_UNLEASH_URL: "http://mine"'),
    };
    assert.deepEqual(
      toldOfFlagServer(await loadRight(own)).services[0]?.template.TaskTemplate.ContainerSpec.Env,
      ['TIDEGATE_UNLEASH_URL=http://mine', 'TIDEGATE_FLAG_SERVER=unleash'],
    );
  });
});

describe('the flag server of an environment in tidegate.yaml', () => {
  it('is refused where it is none, with the place', async () => {
    const wrong = async (unleash: string) => errorsOf(await load({ 'tidegate.yaml': at(unleash) }));
    for (const [unleash, message] of [
      ['{ url: "ftp://x", environment: a }', /url: "ftp:\/\/x" is not the address of a server/],
      ['{ url: "https://ann:pw@x", environment: a }', /is not the address of a server/],
      ['{ url: "https://x" }', /"environment" is missing/],
      ['{ url: "https://x", environment: .. }', /"\.\." is not a name/],
      ['{ url: "https://x", environment: a, tokenVariable: AWS_SECRET_ACCESS_KEY }', /is not a variable of/],
      ['{ url: "https://x", environment: a, token: abc }', /"token" is not a known key/],
    ] as const) {
      const [first = ''] = await wrong(unleash);
      assert.match(first, /^tidegate\.yaml:4:\d+ /);
      assert.match(first, message);
    }
  });

  it('is warned of where its token would be readable on the way', async () => {
    const warned = async (url: string) =>
      warningsOf(await load({ 'tidegate.yaml': at(`{ url: "${url}", environment: a }`) }));
    assert.match((await warned('http://unleash.example'))[0] ?? '', /flags\.unencrypted.*unencrypted/);
    for (const url of [
      'https://unleash.example',
      'http://localhost:4242',
      'http://127.0.0.1:4242',
      'http://[::1]',
    ])
      assert.deepEqual(await warned(url), []);
  });
});
