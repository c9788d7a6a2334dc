/** As many clients as one control is meant for. The sample of it is in `unit/flags/streams.test.ts`. */
import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { openStreamClients } from '../support/flag-clients.ts';
import { flag, live, openFlagsEnvironment } from '../unit/flags/environment.ts';

describe('five thousand clients of the stream of changes, and a thousand flags', function () {
  this.timeout(120_000);

  it('are told of a switch, the ones that are slow do not hold up the others, and leave nothing behind', async () => {
    const env = await openFlagsEnvironment();
    try {
      const flags = Array.from({ length: 1_000 }, (_, index) => flag(`flag-${index}`));
      await env.routes(live(await env.release(flags)));
      const { ports } = await env.control('t1');
      const clients = await openStreamClients(ports.http, 5_000);
      const began = performance.now();
      await env.ask('flags.set', { key: 'flag-500', on: true });
      await clients.told(2);
      console.log(`      all were told in ${Math.round(performance.now() - began)} ms`);
      assert.equal(clients.connected(), 5_000);
      const listening = async (): Promise<number> =>
        (await env.ask('flags.counts', { key: 'flag-500' })).streams.ofrep;
      assert.equal(await listening(), 5_000);
      clients.close();
      await eventually(async () => assert.equal(await listening(), 0), { withinMs: 30_000 });
    } finally {
      await env.close();
    }
  });
});
