import assert from 'node:assert/strict';
import { run } from '../../../agent/cli/run.ts';
import { parse } from '../../../agent/cli/parse.ts';
import { servingLines } from '../../../agent/cli/progress/serving.ts';
import { reportLocalFlags } from '../../../agent/cli/report/local-flags.ts';
import { plainStyle } from '../../../agent/cli/terminal.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import type { ServingEvent } from '../../../agent/protocol/local-flags.ts';
import { aborted, FakeAgent } from './fake-agent.ts';
import { FakeHost } from './fake-host.ts';

const serving: ServingEvent = {
  ...{ kind: 'serving', environment: 'dev', states: 'file', url: 'http://127.0.0.1:18000', pid: 7 },
  ...{ variables: { OFREP_ENDPOINT: 'http://127.0.0.1:18000' }, file: 'flags.yaml', flags: 2, digest: 'a' },
  ...{ overrides: [], problems: [], statesProblem: null, moved: false },
};
const override = { flag: 'checkout', targetingKey: 'ann', to: 'quick', problem: null };
const problem = { file: 'flags.yaml', line: 7, column: 3, message: '"odd" is wrong.', hint: 'Remove it.' };

describe('tidegate flags serve', () => {
  async function served(...flags: string[]): Promise<{ code: number; out: string }> {
    const agent = new FakeAgent({
      'flags.serve': async (_params, call) => {
        call.onEvent(serving);
        await aborted(call.signal);
        return { environment: 'dev' };
      },
    });
    const fake = new FakeHost({ argv: ['flags', 'serve', ...flags], agent });
    const running = run(fake.host);
    await new Promise((resolve) => setImmediate(resolve));
    fake.signals.emit('SIGINT');
    return { code: await running, out: fake.out };
  }

  it('prints what an application is told, until Ctrl-C', async () => {
    const { code, out } = await served();
    assert.equal(code, 0);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'flags.yaml for dev, switched as the file says, on this machine until Ctrl-C:',
      '',
      'OFREP_ENDPOINT=http://127.0.0.1:18000',
      '',
      'serves 2 flags',
    ]);
  });

  it('prints JSON lines with --json', async () => {
    const [first, last] = (await served('--json')).out.trimEnd().split('\n');
    assert.deepEqual(JSON.parse(first ?? ''), serving);
    assert.deepEqual(JSON.parse(last ?? ''), { environment: 'dev' });
  });

  it('says what becomes of it, each once', () => {
    const steps: readonly (readonly [Partial<ServingEvent>, readonly string[]])[] = [
      [{ digest: 'b', flags: 3 }, ['serves 3 flags, not as before']],
      [
        { problems: [problem] },
        ['flags.yaml:7:3 "odd" is wrong. Remove it.', 'what was there before goes on being served'],
      ],
      [{ problems: [] }, ['flags.yaml is right again']],
      [{ overrides: [override], digest: 'c' }, ['overridden here: checkout quick for ann']],
      [
        { overrides: [{ ...override, problem: 'no such flag' }] },
        ['overridden here: checkout quick for ann, without effect: no such flag'],
      ],
      [{ overrides: [], digest: 'b' }, ['no longer overridden: checkout quick for ann']],
      [{ statesProblem: 'no engine' }, ['what is switched in dev cannot be read: no engine']],
      [{ statesProblem: null }, ['what is switched in dev can be read again']],
    ];
    let before = serving;
    for (const [change, lines] of steps) {
      const now = { ...before, ...change };
      assert.deepEqual(servingLines(now, before), lines);
      before = now;
    }
  });

  it('says that nothing is served while a file was never right, and that the address is another', () => {
    const event = { ...serving, flags: null, digest: null, problems: [problem], moved: true };
    const lines = servingLines(event, undefined);
    assert.ok(lines.includes('nothing is served until that is right'), lines.join('\n'));
    assert.match(lines[1] ?? '', /another address than usual/);
  });
});

describe('what is overridden on this machine', () => {
  it('is listed with whom it is for, and why it has no effect', () => {
    const overrides = [
      { flag: 'a', targetingKey: null, to: 'on', problem: null },
      { ...override, problem: 'gone' },
    ];
    const folder = '/project';
    assert.deepEqual(
      reportLocalFlags({ folder, overrides, served: [serving] }, plainStyle).map((line) => line.trimEnd()),
      [
        'OVERRIDDEN HERE  IS     FOR',
        'a                on     everybody',
        'checkout         quick  ann        without effect: gone !',
        'Served here: dev, as the file says, on http://127.0.0.1:18000 (process 7)',
      ],
    );
    assert.deepEqual(reportLocalFlags({ folder, overrides: [], served: [] }, plainStyle), [
      'No flag is overridden on this machine.',
      'Nothing is served here: "tidegate flags serve" does.',
    ]);
  });

  for (const line of [
    'flags override a',
    'flags override a on --clear',
    'flags serve --port http',
    'flags serve --port 65535',
  ])
    it(`is refused as "${line}"`, () =>
      assert.throws(
        () => parse(line.split(' '), '/'),
        (error) => hasCode(error, 'usage.invalid'),
      ));
});
