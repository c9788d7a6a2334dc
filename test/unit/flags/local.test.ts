/** Flags of a working tree served on this machine: real SDKs as they come from npm, overrides, saved files, and the environment's states. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { FlagdProvider } from '@openfeature/flagd-provider';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import { initialize } from 'unleash-client';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import type { AgentEvent, Params, Results } from '../../../agent/protocol/methods.ts';
import type { LocalFlags, ServingEvent } from '../../../agent/protocol/local-flags.ts';
import { eventually } from '../../support/eventually.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';
import { stack } from '../ledger/samples.ts';

const flags = `version: 1
flags:
  new-basket: { description: The new basket. }
  checkout:
    description: The new way to pay.
    type: string
    variants: { classic: one-page, quick: two-pages }
    off: classic
    on: quick
`;
const ann = { targetingKey: 'ann' };

interface Running {
  readonly events: readonly ServingEvent[];
  readonly last: () => ServingEvent;
  /** Resolves with the first event from now on for which it holds, or the last one if that does. */
  readonly until: (holds: (event: ServingEvent) => boolean) => Promise<ServingEvent>;
  readonly stop: () => Promise<void>;
}

describe('flags on this machine', function () {
  this.timeout(20_000);
  let env: FlagsEnvironment;
  const running: Running[] = [];

  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await writeFile(path.join(env.folder, 'flags.yaml'), flags);
    const config = path.join(env.folder, 'tidegate.yaml');
    await writeFile(config, `${await readFile(config, 'utf8')}flags: flags.yaml\n`);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
    await env.close();
  });

  async function serve(params: Partial<Params<'flags.serve'>> = {}): Promise<Running> {
    const controller = new AbortController();
    const events: ServingEvent[] = [];
    let wake: () => void = () => undefined;
    const onEvent = (event: AgentEvent): void => {
      if (event.kind === 'serving') events.push(event);
      wake();
    };
    const usual: Params<'flags.serve'> = {
      folder: env.folder,
      environment: null,
      states: 'file',
      port: null,
    };
    const asked = { ...usual, ...params };
    const ended = env.agent.request('flags.serve', asked, { signal: controller.signal, onEvent });
    const last = (): ServingEvent => {
      const event = events.at(-1);
      assert.ok(event, 'it was told what is served');
      return event;
    };
    const until: Running['until'] = async (holds) => {
      for (;;) {
        const found = events.at(-1);
        if (found && holds(found)) return found;
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), ended]);
      }
    };
    const stop = async (): Promise<void> => {
      controller.abort();
      await ended;
    };
    const one = { events, last, until, stop };
    await until(() => true);
    running.push(one);
    return one;
  }

  const override = (
    key: string,
    to: string,
    targetingKey: string | null = null,
  ): Promise<Results['flags.override']> =>
    env.agent.request(
      'flags.override',
      { folder: env.folder, key, to, targetingKey },
      { signal: new AbortController().signal, onEvent: () => undefined },
    );
  const clear = (key: string | null): Promise<Results['flags.clearOverrides']> =>
    env.agent.request(
      'flags.clearOverrides',
      { folder: env.folder, key },
      { signal: new AbortController().signal, onEvent: () => undefined },
    );
  const save = (text: string): Promise<void> => writeFile(path.join(env.folder, 'flags.yaml'), text);

  async function ask(url: string, key: string, context: object = {}): Promise<unknown> {
    const response = await fetch(`${url}/ofrep/v1/evaluate/flags/${key}`, {
      ...{ method: 'POST', body: JSON.stringify({ context }) },
      headers: { authorization: 'Bearer of-some-environment' },
    });
    const { value, errorCode } = (await response.json()) as { value?: unknown; errorCode?: string };
    return value ?? errorCode;
  }

  it('are those of the file as it is saved, whatever token is sent', async () => {
    const served = await serve();
    const { url, flags: count, environment, file } = served.last();
    assert.deepEqual([environment, file, count], ['dev', 'flags.yaml', 2]);
    assert.equal(await ask(url, 'new-basket'), false);
    await save(flags.replace('basket. }', 'basket., default: on }'));
    await served.until(({ digest }) => digest !== served.events[0]?.digest);
    assert.equal(await ask(url, 'new-basket'), true);
  });

  it('stay what they were while the file is wrong, and the place is told', async () => {
    const served = await serve();
    await save(`${flags}  odd: 7\n`);
    const { problems, flags: count } = await served.until((event) => event.problems.length > 0);
    assert.deepEqual(
      problems.map(({ file, line, column }) => [file, line, column]),
      [['flags.yaml', 10, 8]],
    );
    assert.equal(count, 2);
    assert.equal(await ask(served.last().url, 'checkout'), 'one-page');
    await rm(path.join(env.folder, 'flags.yaml'));
    await served.until((event) => event.problems.some(({ message }) => message.includes('no flags.yaml')));
    assert.equal(await ask(served.last().url, 'checkout'), 'one-page');
    await save(flags.replace('on: quick', 'on: quick\n    default: on'));
    await served.until((event) => event.problems.length === 0);
    assert.equal(await ask(served.last().url, 'checkout'), 'two-pages');
  });

  it('are served at the same address each time, and at another while that is taken', async () => {
    const first = await serve();
    const second = await serve({ states: 'environment' });
    const [a, b] = [first.last(), second.last()];
    assert.deepEqual([a.moved, b.moved], [false, true]);
    assert.notEqual(a.url, b.url);
    await first.stop();
    const again = await serve();
    assert.equal(again.last().url, a.url);
    const taken = Number(new URL(b.url).port);
    await assert.rejects(serve({ port: taken }), (error) => hasCode(error, 'flags.port-taken'));
  });

  it('are served once for all who want the same, until the last of them leaves', async () => {
    const [one, two] = await Promise.all([serve(), serve()]);
    const { url } = one.last();
    assert.equal(two.last().url, url);
    await one.stop();
    assert.equal(await ask(url, 'new-basket'), false);
    await two.stop();
    await assert.rejects(fetch(url));
    assert.deepEqual(await readdir(path.join(env.folder, '.runtime/flags')), []);
  });

  it('are refused where tidegate.yaml names no file of flags', async () => {
    const config = path.join(env.folder, 'tidegate.yaml');
    await writeFile(config, (await readFile(config, 'utf8')).replace('flags: flags.yaml\n', ''));
    await assert.rejects(serve(), (error) => hasCode(error, 'flags.no-file'));
  });

  it('are switched as the environment is where somebody wants that, and change nothing there', async () => {
    await env.routes(live(await env.release([flag('new-basket')])));
    const { url: shared } = await env.control('t1');
    const served = await serve({ states: 'environment' });
    const { url, digest } = served.last();
    await env.ask('flags.set', { key: 'new-basket', on: true });
    await served.until((event) => event.digest !== digest);
    assert.equal(await ask(url, 'new-basket'), true);
    const before = [...env.cluster.configs.values()].map(({ id, version, labels }) => [id, version, labels]);
    await override('new-basket', 'off');
    await served.until(({ overrides }) => overrides.length === 1);
    assert.equal(await ask(url, 'new-basket'), false);
    assert.equal(await askControl(shared), true);
    const { flags: listed, overrides } = await env.ask('flags.list', {});
    assert.deepEqual(
      [listed.map(({ value }) => value), overrides?.map(({ flag: key, to }) => [key, to])],
      [[true], [['new-basket', 'off']]],
    );
    const after = [...env.cluster.configs.values()].map(({ id, version, labels }) => [id, version, labels]);
    assert.deepEqual(after, before);
    assert.equal(env.cluster.config(names.flags(stack))?.labels['flag.new-basket'], 'on');
  });

  async function askControl(url: string): Promise<unknown> {
    const response = await fetch(`${url}/ofrep/v1/evaluate/flags/new-basket`, { method: 'POST', body: '{}' });
    return ((await response.json()) as { value: unknown }).value;
  }

  it('are overridden for one user or for all, over the end of what serves them', async () => {
    assert.match(
      (await override('checkout', 'quick', 'ann')).message,
      /^On this machine checkout is quick for ann/,
    );
    const served = await serve();
    const { url } = served.last();
    assert.deepEqual(
      [await ask(url, 'checkout', ann), await ask(url, 'checkout')],
      ['two-pages', 'one-page'],
    );
    assert.equal((await override('checkout', 'two-pages', 'ann')).outcome, 'unchanged');
    await override('checkout', '"three pages"');
    await served.until(({ overrides }) => overrides.length === 2);
    assert.deepEqual(
      [await ask(url, 'checkout', ann), await ask(url, 'checkout')],
      ['two-pages', 'three pages'],
    );
    const { cleared } = await clear('checkout');
    assert.deepEqual(
      cleared.map(({ to, targetingKey }) => [to, targetingKey]),
      [
        ['"three pages"', null],
        ['quick', 'ann'],
      ],
    );
    await served.until(({ overrides }) => overrides.length === 0);
    assert.equal(await ask(url, 'checkout', ann), 'one-page');
    assert.equal((await clear(null)).outcome, 'unchanged');
  });

  it('are not overridden where the flag or the value is none', async () => {
    await assert.rejects(
      override('chekout', 'quick'),
      (error) => hasCode(error, 'flags.unknown') && /"checkout"/.test(error.hint ?? ''),
    );
    await assert.rejects(
      override('checkout', 'quik'),
      (error) => hasCode(error, 'flags.wrong-value') && /"quick"/.test(error.hint ?? ''),
    );
    await assert.rejects(override('checkout', '7'), (error) => hasCode(error, 'flags.wrong-value'));
    await save('version: 1\nflags: {');
    await assert.rejects(override('checkout', 'quick'), (error) => hasCode(error, 'config.invalid'));
  });

  it('tell of an override that fits no more, and serve the flag without it', async () => {
    await override('checkout', 'quick');
    const served = await serve();
    await save(flags.replaceAll('quick', 'fast'));
    const { overrides } = await served.until(({ overrides: [one] }) => (one?.problem ?? null) !== null);
    assert.equal(overrides[0]?.problem, '"checkout" has no variant "quick" any more');
    assert.equal(await ask(served.last().url, 'checkout'), 'one-page');
  });

  it('lose none of several overrides that are made at once, nor those beside a broken file', async () => {
    const users = Array.from({ length: 20 }, (_, index) => `user${index}`);
    await Promise.all(users.map((user) => override('checkout', 'quick', user)));
    const folder = path.join(env.folder, '.state/flag-overrides');
    const [first = ''] = await readdir(folder);
    await writeFile(path.join(folder, first), '{');
    const served = await serve();
    assert.equal(served.last().overrides.length, 19);
    assert.ok((await readdir(folder)).includes(`${first}.broken`), 'it is kept for who wants to look');
  });

  it('are told to who follows: what is overridden, and where it is served', async () => {
    const controller = new AbortController();
    const seen: LocalFlags[] = [];
    let wake: () => void = () => undefined;
    const ended = env.agent.request(
      'flags.local',
      { folder: env.folder, follow: true },
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === 'local') seen.push(event.flags);
          wake();
        },
      },
    );
    const until = async (holds: (flags: LocalFlags) => boolean): Promise<void> => {
      while (!seen.some(holds)) await new Promise<void>((resolve) => (wake = resolve));
    };
    await until(({ overrides, served }) => overrides.length === 0 && served.length === 0);
    await override('new-basket', 'on');
    await until(({ overrides }) => overrides.length === 1);
    const served = await serve();
    await until(({ served: [one] }) => one?.url === served.last().url);
    controller.abort();
    await ended;
  });

  it('have variables before anything serves them, which stay right', async () => {
    const call = { signal: new AbortController().signal, onEvent: () => undefined };
    const asked = { folder: env.folder, environment: 'dev' };
    const before = await env.agent.request('flags.variables', asked, call);
    const served = await serve();
    const now = await env.agent.request('flags.variables', asked, call);
    assert.deepEqual([before.served, now.served], [false, true]);
    assert.deepEqual(now.variables, before.variables);
    assert.deepEqual(now.variables, served.last().variables);
  });

  describe('for pages', () => {
    async function status(url: string, headers: Record<string, string>, method = 'POST'): Promise<unknown[]> {
      const { hostname, port } = new URL(url);
      const request = http.request({ hostname, port, path: '/ofrep/v1/evaluate/flags', method, headers });
      request.end(method === 'POST' ? '{}' : undefined);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      return [response.statusCode, response.headers['access-control-allow-origin']];
    }

    it('of localhost, and for no others, nor under another name of this machine', async () => {
      const { url } = (await serve()).last();
      for (const origin of ['http://localhost:3000', 'https://shop.localhost', 'http://127.0.0.1:8080'])
        assert.deepEqual(await status(url, { origin }), [200, origin]);
      for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null'])
        assert.deepEqual(await status(url, { origin }), [403, undefined]);
      assert.deepEqual(await status(url, { host: 'rebound.example' }), [421, undefined]);
      const asked = { origin: 'http://localhost', 'access-control-request-headers': 'authorization' };
      assert.deepEqual(await status(url, asked, 'OPTIONS'), [204, 'http://localhost']);
    });
  });

  describe('over the SDKs of others', () => {
    afterEach(() => OpenFeature.close());

    async function seen(served: Running, value: () => unknown): Promise<void> {
      await eventually(async () => assert.equal(await value(), 'one-page'));
      await override('checkout', 'quick', 'ann');
      await eventually(async () => assert.equal(await value(), 'two-pages'));
      await save(flags.replace('two-pages', 'three-pages'));
      await eventually(async () => assert.equal(await value(), 'three-pages'));
      await clear(null);
      await eventually(async () => assert.equal(await value(), 'one-page'));
      assert.equal(served.last().flags, 2);
    }

    it('OpenFeature with OFREP sees an override and a saved file', async () => {
      const served = await serve();
      const baseUrl = served.last().variables['OFREP_ENDPOINT'] ?? '';
      await OpenFeature.setProviderAndWait('ofrep', new OFREPProvider({ baseUrl }));
      const client = OpenFeature.getClient('ofrep');
      await seen(served, () => client.getStringValue('checkout', 'none', ann));
    });

    it("OpenFeature with flagd's provider is told of an override and a saved file", async () => {
      const served = await serve();
      const { FLAGD_HOST: host = '', FLAGD_SYNC_PORT: port } = served.last().variables;
      const provider = new FlagdProvider({ host, port: Number(port), resolverType: 'in-process' });
      await OpenFeature.setProviderAndWait('flagd', provider);
      const client = OpenFeature.getClient('flagd');
      let told = 0;
      client.addHandler(ProviderEvents.ConfigurationChanged, () => (told += 1));
      await seen(served, () => client.getStringValue('checkout', 'none', ann));
      assert.ok(told >= 3, `told of changes: ${told}`);
    });

    it("Unleash's client is told of an override and a saved file", async () => {
      const served = await serve();
      const folder = await mkdtemp(path.join(os.tmpdir(), 'tg-unleash-'));
      const { TIDEGATE_UNLEASH_URL: url = '', TIDEGATE_FLAGS_TOKEN: token = '' } = served.last().variables;
      const client = initialize({
        ...{ url, appName: 'shop', customHeaders: { Authorization: token }, disableMetrics: true },
        ...{ backupPath: folder, experimentalMode: { type: 'streaming' } },
      });
      client.on('error', () => undefined);
      client.on('warn', () => undefined);
      await once(client, 'synchronized');
      try {
        const value = (): string =>
          client.getVariant('checkout', { userId: 'ann' }).payload?.value ?? 'one-page';
        await seen(served, value);
      } finally {
        client.destroy();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
});
