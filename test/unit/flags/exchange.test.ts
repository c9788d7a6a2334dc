import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { EvaluationContext } from '@openfeature/core';
import { FlagdCore } from '@openfeature/flagd-core';
import { hasCode } from '../../../agent/common/errors.ts';
import { exportFlags, flagsFile, type ExportFormat } from '../../../agent/flags/exchange/export.ts';
import { addFlags, carryOver, type Carried } from '../../../agent/flags/exchange/import.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import type { Context } from '../../../agent/flags/evaluate.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { flagsFileSchema } from '../../../agent/flags/file/schema.ts';
import type { FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../../agent/swarm/ledger/flags.ts';
import { parse } from 'yaml';
import { context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';

/** As the reader of flags files leaves them. */
const tidy = ({ rules = [], needs = [], schedule, ...rest }: FlagDefinition): FlagDefinition => ({
  ...rest,
  ...(rules.length > 0 && { rules }),
  ...(needs.length > 0 && { needs }),
  ...(schedule && (schedule.from !== null || schedule.until !== null) && ordered(schedule)),
});
function ordered(schedule: NonNullable<FlagDefinition['schedule']>): Pick<FlagDefinition, 'schedule'> {
  const { from, until } = schedule;
  return from !== null && until !== null && from >= until ? {} : { schedule };
}
const known = ({ needs = [], ...rest }: FlagDefinition): FlagDefinition => {
  const once = new Map(needs.filter(({ flag: key }) => /\d$/.test(key)).map((need) => [need.flag, need]));
  return { ...rest, ...(once.size > 0 && { needs: [...once.values()] }) };
};
/** A file takes no empty text to begin with, which everything does. */
const written = (text: string): string =>
  text.replaceAll('"texts":[""', '"texts":["de"').replaceAll(',""', ',"de"');
const flags = fc
  .tuple(flagNumber(0), flagNumber(1), flagNumber(2))
  .map((all) => all.map((one) => JSON.parse(written(JSON.stringify(known(tidy(one))))) as FlagDefinition));
const states = fc
  .dictionary(
    fc.constantFrom('flag0', 'flag1', 'flag2'),
    fc.constantFrom<FlagSetting>('on', 'off', 'on:3333', 'on:variant=b'),
    { noNullPrototype: true },
  )
  .map((given) => new Map(Object.entries(given)));

const exported = (
  format: ExportFormat,
  definitions: readonly FlagDefinition[],
  of: ReadonlyMap<string, FlagSetting>,
) => exportFlags(format, { definitions, states: of, environment: 'dev' });
const carried = (text: string, name = 'flags.json', from?: string): Carried =>
  carryOver({ name, text, format: 'auto', from });
const given = (
  definitions: readonly FlagDefinition[],
  of: ReadonlyMap<string, FlagSetting>,
  user: Context,
): unknown =>
  [...flagsDocument(definitions, of).flags].map(([key, served]) => {
    const result = served.evaluate(user);
    return [key, 'variant' in result ? result.value : 'problem'];
  });

describe('exported flags', () => {
  it("are what flagd's own engine makes of the file", () => {
    const logger = {
      error: () => undefined,
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
    };
    fc.assert(
      fc.property(flags, states, context, (definitions, of, user) => {
        const { text, lost } = exported('flagd', definitions, of);
        assert.deepEqual(lost, []);
        const core = new FlagdCore(undefined, logger);
        core.setConfigurations(text);
        const theirs = [...flagsDocument(definitions, of).flags.keys()].map((key) => {
          const { value, reason } = core.resolveStringEvaluation(
            key,
            'default',
            user as EvaluationContext,
            logger,
          );
          return [key, reason === 'ERROR' ? 'problem' : value];
        });
        assert.deepEqual(theirs, given(definitions, of, user));
      }),
      { numRuns: 60 },
    );
  });

  it('mean the same when they are imported again, in the formats that can say all of it', () => {
    fc.assert(
      fc.property(
        flags,
        states,
        context,
        fc.constantFrom('flagd' as const, 'tidegate' as const),
        (definitions, of, user, format) => {
          const { text } = exported(format, definitions, of);
          const {
            flags: again,
            lost,
            format: found,
          } = carried(text, format === 'flagd' ? 'flags.json' : 'flags.yaml');
          assert.deepEqual([lost, found], [[], format]);
          assert.deepEqual(given(again, new Map(), user), given(definitions, of, user));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are as a flags file says them, which its schema knows', () => {
    fc.assert(
      fc.property(flags, (definitions) => {
        const text = flagsFile(definitions);
        assert.deepEqual(readFlagsFile('flags.yaml', text, 'dev'), { flags: definitions, problems: [] });
        flagsFileSchema.parse(parse(text));
      }),
      { numRuns: 60 },
    );
  });

  it('come back out of an export for Unleash, but for who is in a share, or are listed with the reason', () => {
    const version = (is: '>=') => ({
      attribute: 'app',
      test: { op: 'semver' as const, is, version: '1.0.0' },
    });
    const staff = { attribute: 'email', test: { op: 'ends-with' as const, texts: ['@shop.example'] } };
    const definitions = [
      flag('a', {
        rules: [
          {
            when: { all: [staff, { not: { attribute: 'plan', test: { op: 'in', values: ['free'] } } }] },
            serve: { variant: 'on' },
          },
        ],
        on: { variant: 'off' },
        kind: 'ops',
      }),
      flag('b', {
        default: true,
        needs: [{ flag: 'a', variants: null }],
        schedule: { from: 1_000, until: 4_000_000_000_000 },
      }),
      flag('c', { targeting: { if: [true, 'on', 'off'] } }),
      flag('d', { default: true }),
      // Its SDKs know this, and its server takes no file with it.
      flag('e', { rules: [{ when: version('>='), serve: { variant: 'on' } }] }),
      flag('f', { default: true, needs: [{ flag: 'e', variants: null }] }),
      flag('g', { default: true, needs: [{ flag: 'nobody', variants: null }] }),
    ];
    const of = new Map<string, FlagSetting>([
      ['a', 'on'],
      ['d', 'on:2500'],
    ]);
    const { text, lost } = exported('unleash', definitions, of);
    assert.deepEqual(lost, [
      { key: 'c', why: "it has a targeting in flagd's own language" },
      { key: 'e', why: "Unleash's server cannot compare versions with >= and <=" },
      { key: 'f', why: 'it needs e, which is not in the file' },
      { key: 'g', why: 'it needs nobody, which is not in the file' },
    ]);
    const again = carried(text, 'export.json');
    assert.equal(again.format, 'unleash');
    assert.deepEqual(
      again.lost.map(({ key, why }) => [key, why.slice(0, 14)]),
      [['d', 'buckets differ']],
    );
    for (const user of [
      {},
      { email: 'x@shop.example' },
      { email: 'x@shop.example', plan: 'free' },
      { plan: 'pro' },
    ])
      assert.deepEqual(
        given(
          again.flags.filter(({ key }) => key !== 'd'),
          new Map(),
          user,
        ),
        given(
          definitions.filter(({ key }) => key < 'c'),
          of,
          user,
        ),
      );
    assert.deepEqual(again.flags.find(({ key }) => key === 'd')?.on, {
      ...{ by: 'targetingKey', seed: 'd' },
      split: [
        { variant: 'on', share: 2_500 },
        { variant: 'off', share: 7_500 },
      ],
    });
    assert.equal(again.flags[0]?.kind, 'ops');
  });
});

describe('flags of others', () => {
  it('of flagd are taken with their own names of true and false, and shared rules', () => {
    const { flags: read, lost } = carried(
      JSON.stringify({
        $evaluators: { staff: { ends_with: [{ var: 'email' }, '@shop.example'] } },
        flags: {
          banner: {
            state: 'ENABLED',
            variants: { yes: true, no: false },
            defaultVariant: 'no',
            targeting: { if: [{ $ref: 'staff' }, 'yes'] },
          },
          none: { state: 'ENABLED', variants: { a: 1, b: 2 } },
          gone: { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
          mixed: { state: 'ENABLED', variants: { a: 1, b: 'x' }, defaultVariant: 'a' },
        },
      }),
    );
    assert.deepEqual(
      read.map(({ key }) => key),
      ['banner', 'gone'],
    );
    assert.deepEqual(
      lost.map(({ key }) => key),
      ['none', 'mixed', 'gone'],
    );
    assert.deepEqual(given(read, new Map(), { email: 'a@shop.example' }), [
      ['banner', true],
      ['gone', false],
    ]);
    assert.deepEqual(given(read, new Map(), {}), [
      ['banner', false],
      ['gone', false],
    ]);
  });

  it('of Unleash are refused where they go by what cannot be said here, each with its reason', () => {
    const feature = (name: string, strategies: readonly object[], rest: object = {}) => ({
      name,
      enabled: true,
      strategies,
      ...rest,
    });
    const part = {
      name: 'flexibleRollout',
      parameters: { rollout: '50', stickiness: 'userId', groupId: 'g' },
    };
    const { lost, flags: read } = carried(
      JSON.stringify({
        version: 2,
        features: [
          feature('hosts', [{ name: 'applicationHostname', parameters: {} }]),
          feature('passed', [part, { name: 'default', parameters: {} }]),
          feature('contains', [
            {
              name: 'default',
              constraints: [
                { contextName: 'email', operator: 'STR_CONTAINS', values: ['x'], inverted: false },
              ],
            },
          ]),
          feature('ids', [{ name: 'userWithId', parameters: { userIds: 'ann, bob' } }]),
          feature('variants', [{ name: 'default', parameters: {} }], {
            variants: [
              { name: 'red', weight: 400, payload: { type: 'string', value: '#f00' } },
              { name: 'blue', weight: 600, payload: { type: 'string', value: '#00f' } },
            ],
          }),
        ],
      }),
    );
    const reasons = lost.filter(({ key }) => !read.some((one) => one.key === key));
    assert.deepEqual(
      reasons.map(({ key }) => key),
      ['hosts', 'passed', 'contains'],
    );
    for (const [index, words] of [
      /applicationHostname/,
      /go on to the next one/,
      /STR_CONTAINS of email/,
    ].entries())
      assert.match(reasons[index]?.why ?? '', words);
    assert.deepEqual(
      given(
        read.filter(({ key }) => key === 'ids'),
        new Map(),
        { targetingKey: 'bob' },
      ),
      [['ids', true]],
    );
    const [red] = read
      .filter(({ key }) => key === 'variants')
      .flatMap(({ on }) => (on && 'split' in on ? on.split : []));
    assert.equal(read.find(({ key }) => key === 'variants')?.variants?.length, 3);
    assert.ok(red, 'its users are split');
  });

  it('are told what they are where nobody can read them', () => {
    for (const [text, words] of [
      ['{ "things": 1 }', /none of the formats/],
      ['version: 2\n', /version/],
    ] as const)
      assert.throws(
        () => carried(text),
        (error) => hasCode(error, 'flags.unreadable') && words.test(error.message),
      );
  });
});

describe('adding flags to a file', () => {
  const text = '# ours\nversion: 1\nflags:\n  a: { description: x } # first\n  b:\n    description: y\n';

  it('leaves what is there as it is, and refuses keys that are there', () => {
    const added = addFlags({
      file: 'flags.yaml',
      text,
      flags: [flag('c', { owner: 'shop' })],
      replace: false,
    });
    assert.equal(
      added.text,
      `${text}  c:\n    description: 'What c does.'\n    owner: shop\n    default: off\n`,
    );
    assert.throws(
      () => addFlags({ file: 'flags.yaml', text, flags: [flag('a')], replace: false }),
      (error) => hasCode(error, 'flags.exists') && /defines a already/.test(error.message),
    );
    const replaced = addFlags({
      file: 'flags.yaml',
      text,
      flags: [flag('b', { default: true })],
      replace: true,
    });
    assert.deepEqual(replaced.replaced, ['b']);
    assert.deepEqual(
      readFlagsFile('flags.yaml', replaced.text, 'dev').flags.map(({ key, default: isOn }) => [key, isOn]),
      [
        ['a', false],
        ['b', true],
      ],
    );
    assert.match(replaced.text, /^# ours\n.*a: \{ description: x \} # first/s);
  });

  it('works in JSON, and in a file that has none yet', () => {
    const { text: json } = addFlags({
      file: 'flags.json',
      text: '{ "version": 1, "flags": {} }\n',
      flags: [flag('a')],
      replace: false,
    });
    assert.equal((JSON.parse(json) as { flags: { a: { default: string } } }).flags.a.default, 'off');
    const { text: yaml } = addFlags({
      file: 'flags.yaml',
      text: 'version: 1\nflags:\n',
      flags: [flag('a')],
      replace: false,
    });
    assert.deepEqual(readFlagsFile('flags.yaml', yaml, 'dev').flags, [flag('a')]);
  });
});
