/** Who gets what, and why: the method, and what the command line makes of its answer. */
import assert from 'node:assert/strict';
import { parse } from '../../../agent/cli/parse.ts';
import { reports } from '../../../agent/cli/report/report.ts';
import { plainStyle } from '../../../agent/cli/terminal.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { checkout, flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

const isOld = { attribute: 'age', test: { op: '>' as const, number: 90 } };
const definitions = [
  flag('basket'),
  checkout,
  flag('gift', { default: true, needs: [{ flag: 'basket', variants: null }] }),
  flag('senior', { default: true, rules: [{ when: isOld, serve: { variant: 'off' } }] }),
];

describe('who gets it', () => {
  let env: FlagsEnvironment;
  before(async () => {
    env = await openFlagsEnvironment();
    await env.routes(live(await env.release(definitions)));
    await env.control('t1');
  });
  after(() => env.close());

  /** The lines that the command prints. */
  async function lines(...argv: readonly string[]): Promise<readonly string[]> {
    const { invocation } = parse(['flags', 'evaluate', 'dev', ...argv], '/project');
    assert.ok(
      invocation.kind === 'request' && invocation.request.method === 'flags.evaluate',
      'it is the method of that name',
    );
    const { key, context } = invocation.request.params;
    const result = await env.ask('flags.evaluate', { key, context });
    return reports['flags.evaluate'].lines(result, { style: plainStyle, now: 0 });
  }

  it('is shown of every flag, with the variant, the value, and what decided', async () => {
    assert.deepEqual(await lines('--user', 'ann', '--context', '{"plan":"pro","age":"old"}'), [
      'dev',
      '  FLAG      VARIANT  VALUE              BECAUSE',
      '  basket    off      false              it is off',
      '  checkout  quick    "two-pages"        rule 1 holds',
      '  gift      off      false              it needs basket, which this user has not',
      "  senior    error !  the SDK's default  Error evaluating targeting rule for flag 'senior'",
    ]);
  });

  it('is shown of one flag, as it is switched now', async () => {
    assert.deepEqual(await lines('checkout', '--user', 'bob'), [
      'dev',
      '  FLAG      VARIANT  VALUE       BECAUSE',
      '  checkout  classic  "one-page"  it is on, and no rule holds',
    ]);
    await env.ask('flags.set', { key: 'basket', on: true, share: 100 });
    assert.match((await lines('gift', '--user', 'bob'))[2] ?? '', /gift +on +true +it is on/);
    await env.ask('flags.set', { key: 'checkout', on: false });
    assert.match((await lines('checkout', '--context', '{"plan":"pro"}'))[2] ?? '', /classic.*it is off/);
  });

  it('is what SDKs are told', async () => {
    const { url } = await env.control('t2');
    for (const context of [
      {},
      { targetingKey: 'ann' },
      { targetingKey: 'ann', plan: 'pro' },
      { age: 'old' },
    ]) {
      const { evaluations } = await env.ask('flags.evaluate', { key: null, context });
      const response = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        body: JSON.stringify({ context }),
      });
      const { flags } = (await response.json()) as {
        flags: { key: string; variant?: string; value?: unknown; reason?: string }[];
      };
      assert.deepEqual(
        evaluations.map(({ key, variant, value, reason }) => [key, variant, value, reason]),
        flags.map(({ key, variant = null, value = null, reason = 'ERROR' }) => [key, variant, value, reason]),
      );
    }
  });

  it('is refused of a flag that nobody defines, with the nearest names', async () => {
    await assert.rejects(
      env.ask('flags.evaluate', { key: 'checkuot', context: {} }),
      (error) => hasCode(error, 'flags.unknown') && /Did you mean "checkout"\?/.test(error.hint ?? ''),
    );
  });
});
