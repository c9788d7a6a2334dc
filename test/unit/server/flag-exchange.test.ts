/** Export and import as clients ask for them: out of an environment's ledger, into the file of a working tree. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import type { Params, Results } from '../../../agent/protocol/methods.ts';
import { checkout, flag, live, openFlagsEnvironment, type FlagsEnvironment } from '../flags/environment.ts';

const file = `version: 1
flags:
  # Ours, and said so.
  basket: { description: "The new basket.", default: on }
`;

describe('flags to and from the files of other programs', () => {
  let env: FlagsEnvironment;
  const at = (name: string): string => path.join(env.folder, name);

  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await writeFile(at('tidegate.yaml'), `${await readFile(at('tidegate.yaml'), 'utf8')}flags: flags.yaml\n`);
    await writeFile(at('flags.yaml'), file);
    const odd = flag('odd', { targeting: { if: [true, 'on', 'off'] } });
    await env.routes(live(await env.release([checkout, flag('basket'), odd])));
    await env.control('t1');
    await env.ask('flags.set', { key: 'basket', on: true, share: 25 });
  });
  afterEach(() => env.close());

  const ledger = (): unknown => [...env.cluster.configs.values()].map(({ id, version }) => [id, version]);
  const take = (params: Partial<Params<'flags.import'>>): Promise<Results['flags.import']> =>
    env.agent.request(
      'flags.import',
      {
        ...{ folder: env.folder, file: at('theirs.json'), format: 'auto', from: null },
        ...{ replace: false, write: true, ...params },
      },
      { signal: new AbortController().signal, onEvent: () => undefined },
    );
  const flagsFile = (): Promise<string> => readFile(at('flags.yaml'), 'utf8');

  it('say what holds in the environment, with what is switched there, and change nothing', async () => {
    const before = ledger();
    const flagd = await env.ask('flags.export', { format: 'flagd' });
    assert.deepEqual([flagd.outcome, flagd.environment, flagd.lost], ['done', 'dev', []]);
    const { flags } = JSON.parse(flagd.text) as { flags: Record<string, { targeting?: unknown }> };
    assert.deepEqual(Object.keys(flags).sort(), ['basket', 'checkout', 'odd']);
    assert.match(JSON.stringify(flags['basket']?.targeting), /\["on",2500\]/);
    for (const format of ['unleash', 'launchdarkly'] as const) {
      const { outcome, lost, text } = await env.ask('flags.export', { format });
      assert.equal(outcome, 'partial', format);
      assert.ok(
        lost.some(({ key, why }) => key === 'odd' && why.includes("flagd's")),
        JSON.stringify(lost),
      );
      assert.ok(text.includes('basket') && !text.includes('"odd"'), 'what cannot be said is left out');
    }
    assert.deepEqual(ledger(), before);
    await assert.rejects(
      env.ask('flags.export', { format: 'flagd', environment: 'prod' } as never),
      (error) => hasCode(error, 'config.unknown-environment'),
    );
  });

  it('come into the file beside what is there, when that is asked, and are told before', async () => {
    const before = ledger();
    const { text } = await env.ask('flags.export', { format: 'tidegate' });
    await writeFile(at('theirs.yaml'), text);
    const theirs = { file: at('theirs.yaml') };
    await assert.rejects(take(theirs), (error) => hasCode(error, 'flags.exists'));
    assert.equal(await flagsFile(), file);
    const dry = await take({ ...theirs, replace: true, write: false });
    assert.deepEqual(
      [dry.outcome, dry.written, dry.added, dry.replaced],
      ['done', false, ['checkout', 'odd'], ['basket']],
    );
    assert.match(dry.message, /would be added: checkout, odd; would be replaced: basket/);
    assert.equal(await flagsFile(), file);
    const done = await take({ ...theirs, replace: true });
    assert.deepEqual([done.outcome, done.written, await flagsFile()], ['done', true, dry.text]);
    assert.match(done.text, /split:[^]*on: '25%'[^]*checkout:[^]*odd:/);
    assert.deepEqual(ledger(), before, 'nothing is switched anywhere');
  });

  it('are partly taken where the format cannot say all, and not at all where nothing can be read', async () => {
    const strategies = [{ name: 'remoteAddress', parameters: { IPs: '10.0.0.1' } }];
    const features = [
      { name: 'good', enabled: true, strategies: [{ name: 'default' }] },
      { name: 'bad', enabled: true, strategies },
    ];
    await writeFile(at('theirs.json'), JSON.stringify({ version: 2, features }));
    const partly = await take({});
    assert.deepEqual([partly.outcome, partly.format, partly.added], ['partial', 'unleash', ['good']]);
    assert.deepEqual(
      partly.lost.map(({ key }) => key),
      ['bad'],
    );
    const after = await flagsFile();
    assert.ok(after.startsWith(file) && after.includes('good'), after);
    for (const [text, code] of [
      ['{ "flags": 7 }', 'flags.unreadable'],
      ['nonsense', 'flags.unreadable'],
    ] as const) {
      await writeFile(at('theirs.json'), text);
      await assert.rejects(take({}), (error) => hasCode(error, code));
    }
    await rm(at('theirs.json'));
    await assert.rejects(take({}), (error) => hasCode(error, 'flags.unreadable'));
    assert.equal(await flagsFile(), after);
  });

  it('make the file that tidegate.yaml names, where there is none yet', async () => {
    await rm(at('flags.yaml'));
    const { text } = await env.ask('flags.export', { format: 'flagd' });
    await writeFile(at('theirs.json'), text);
    const { outcome, written, file: told } = await take({});
    assert.deepEqual([outcome, written, told], ['done', true, 'flags.yaml']);
    assert.match(await flagsFile(), /^version: 1\nflags:\n {2}basket:/);
  });
});
