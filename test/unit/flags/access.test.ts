import assert from 'node:assert/strict';
import { hasCode, TidegateError } from '../../../agent/common/errors.ts';
import { stack } from '../ledger/samples.ts';
import { ask } from '../../support/ask.ts';
import { judge, ticketOf, type Credentials } from '../../../agent/flags/serving/access.ts';
import { openAccess, parseSdkAccess, withSdkAccess } from '../../../agent/swarm/ledger/sdk-access.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

const nothing: Credentials = { authorization: undefined, apiKey: undefined, ticket: undefined };

describe('who may read flags', () => {
  const access = { tokens: ['new', 'old'], required: true };

  it('sends a token as SDKs do: as bearer, as Unleash does, or as an API key', () => {
    for (const sent of [
      { authorization: 'Bearer new' },
      { authorization: 'bearer old' },
      { authorization: 'new' },
      { apiKey: 'old' },
    ])
      assert.equal(judge(access, { ...nothing, ...sent }), 'allowed', JSON.stringify(sent));
  });

  it('is turned away with a wrong one, also where none is needed', () => {
    assert.equal(judge(access, nothing), 'no-token');
    assert.equal(judge(openAccess, nothing), 'allowed');
    for (const one of [access, { ...access, required: false }, openAccess])
      for (const sent of [
        { authorization: 'Bearer older' },
        { apiKey: '' },
        { ticket: 'x' },
        { ticket: 'new' },
      ])
        assert.equal(judge(one, { ...nothing, ...sent }), 'wrong-token', JSON.stringify(sent));
  });

  it('may be told of changes with a ticket, which is not the token', () => {
    assert.equal(judge(access, { ...nothing, ticket: ticketOf('old') }), 'allowed');
    assert.doesNotMatch(ticketOf('old'), /old/);
  });

  it('is kept in labels, of which others stay; two tokens are good', () => {
    let labels: Record<string, string> = { digest: 'd' };
    for (const token of ['a', 'b', 'c']) labels = withSdkAccess(labels, { token });
    assert.deepEqual(labels, { digest: 'd', 'sdk-token.2': 'b', 'sdk-token.3': 'c' });
    labels = withSdkAccess(labels, { required: true });
    assert.deepEqual(parseSdkAccess(labels), { tokens: ['c', 'b'], required: true });
    labels = withSdkAccess(labels, { token: 'd' });
    assert.deepEqual(parseSdkAccess(labels), { tokens: ['d', 'c'], required: true });
    assert.equal(labels['sdk-access'], 'required');
    assert.equal(withSdkAccess(labels, { required: false })['sdk-access'], undefined);
  });

  describe('of an environment', () => {
    let env: FlagsEnvironment;
    before(async () => {
      env = await openFlagsEnvironment();
      await env.routes(live(await env.release([flag('new-basket', { default: true })])));
    });
    after(() => env.close());

    it('is made, shown, made anew, and asked for at every door', async () => {
      const { control, url } = await env.control('t1');
      const first = await env.ask('flags.token', { rotate: false });
      assert.deepEqual([first.outcome, first.good, first.required], ['done', 1, false]);
      assert.match(first.token, /^tgf_[\w-]{40}$/);
      assert.equal((await env.ask('flags.token', { rotate: false })).outcome, 'unchanged');
      const second = await env.ask('flags.token', { rotate: true, required: true });
      assert.notEqual(second.token, first.token);
      assert.deepEqual([second.good, second.required], [2, true]);
      await control.flags.refresh();
      const doors = [
        ['POST', '/ofrep/v1/evaluate/flags'],
        ['POST', '/ofrep/v1/evaluate/flags/new-basket'],
        ['GET', '/api/client/features'],
        ['GET', '/api/frontend?userId=ann'],
      ] as const;
      for (const [method, path] of doors) {
        const status = async (headers: Record<string, string>): Promise<number> =>
          (await ask({ url: `${url}${path}`, method, headers, ...(method === 'POST' && { body: '{}' }) }))
            .status;
        assert.equal(await status({}), 401, path);
        assert.equal(await status({ authorization: 'Bearer nonsense' }), 401, path);
        assert.equal(await status({ authorization: `Bearer ${first.token}` }), 200, path);
        assert.equal(await status({ 'x-api-key': second.token }), 200, path);
      }
      const third = await env.ask('flags.token', { rotate: true });
      await control.flags.refresh();
      const { status, text } = await ask({
        url: `${url}/api/client/features`,
        headers: { authorization: first.token },
      });
      assert.deepEqual([status, third.required], [401, true], text);
      assert.doesNotMatch(text, /tgf_/);
    });

    describe('that services were given', () => {
      const place = (slot: string, token: string, replicas = 1): string =>
        env.cluster.putService(env.cluster.service(`${stack}_${slot}`), {
          ...{ Name: `${stack}_${slot}`, Labels: { 'tidegate.stack': stack, 'tidegate.object': 'slot' } },
          TaskTemplate: {
            ContainerSpec: { Image: 'app', Env: ['A=b', `OFREP_HEADERS=Authorization=Bearer ${token}`] },
          },
          Mode: { Replicated: { Replicas: replicas } },
        });
      const rotate = (force?: boolean): Promise<{ token: string; good: number }> =>
        env.ask('flags.token', { rotate: true, ...(force !== undefined && { force }) });

      it('is not dropped while one runs that has it: not by a second rotation, nor by two at once', async () => {
        const { token: first } = await rotate(true);
        place('web-blue', first);
        const outcomes = await Promise.allSettled([rotate(), rotate()]);
        assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
        await assert.rejects(rotate(), (error) => {
          assert.ok(error instanceof TidegateError, 'it says why');
          assert.equal(error.code, 'flags.token-in-use');
          assert.match(error.message, /^web-blue was given the token before the one of now/);
          assert.doesNotMatch(`${error.message} ${error.hint}`, /tgf_/);
          return true;
        });
        const { token: newest } = await env.ask('flags.token', { rotate: false });
        const { tokens } = await env.ledger.keys.sdkAccess();
        assert.deepEqual(tokens, [newest, first]);
        // Placed anew, what was before it is empty.
        place('web-green', newest);
        place('web-blue', first, 0);
        assert.equal((await rotate()).good, 2);
        await assert.rejects(rotate(), (error) => hasCode(error, 'flags.token-in-use'));
        assert.notEqual((await rotate(true)).token, newest);
      });
    });

    it('does not keep anybody from the address of its stream of changes', async () => {
      const { control, url } = await env.control('t2');
      await control.flags.refresh();
      const { token } = await env.ask('flags.token', { rotate: false });
      const bulk = await ask({
        url: `${url}/ofrep/v1/evaluate/flags`,
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${token}` },
      });
      const { eventStreams } = JSON.parse(bulk.text) as {
        eventStreams: { type: string; endpoint: { requestUri: string } }[];
      };
      const [stream] = eventStreams;
      assert.equal(stream?.type, 'sse');
      const address = `${url}${stream.endpoint.requestUri}`;
      assert.doesNotMatch(address, new RegExp(token));
      const told = await fetch(address);
      assert.equal(told.status, 200);
      const reader = told.body?.getReader();
      const first = new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
      await reader?.cancel();
      assert.match(first, /^id: [0-9a-f]{32}\nevent: message\ndata: \{"type":"refetchEvaluation","etag":/);
      assert.equal((await ask({ url: `${url}/ofrep/v1/stream` })).status, 401);
    });
  });
});
