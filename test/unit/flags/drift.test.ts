import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { driftOf, toldDefinition, type Drift } from '../../../agent/flags/drift.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { takeLive } from '../../../agent/flags/file/take.ts';
import type { FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../../agent/swarm/ledger/flags.ts';
import { context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';

const file = `# what the shop can do
version: 1
flags:
  # the new way to pay
  checkout:
    description: The new way to pay. # said to everybody
    type: string
    variants: { classic: one-page, quick: two-pages }
    off: classic
    on: quick
    environments:
      live: { default: off }
  basket: { description: The new basket., default: off } # small
  half:
    description: Half of them.
    on:
      split: { on: 50%, off: 50% } # for now
      by: userId
    default: on
  third: { description: x, type: string, variants: { a: x, b: y, c: z }, off: a, on: { split: { a: 20%, b: 40%, c: 40% } } }
`;

const environments = ['dev', 'live'];
const read = (text: string, environment = 'dev', name = 'flags.yaml'): readonly FlagDefinition[] => {
  const { flags, problems } = readFlagsFile(name, text, environment);
  assert.deepEqual(problems, []);
  return flags;
};
const one = (text: string, key: string): FlagDefinition => {
  const found = read(text).find((candidate) => candidate.key === key);
  assert.ok(found, key);
  return found;
};
const drift = (text: string, states: Record<string, FlagSetting>, live = read(text)): readonly Drift[] =>
  driftOf({ file: read(text), live, states: new Map(Object.entries(states)) });
const take = (text: string, key: string, to: FlagSetting, name = 'flags.yaml'): string => {
  const definition = read(text, 'dev', name).find((candidate) => candidate.key === key);
  assert.ok(definition, key);
  const taken = takeLive(text, { file: name, environment: 'dev', environments, definition, to });
  assert.ok('text' in taken, JSON.stringify(taken));
  return taken.text;
};

describe('drift', () => {
  it('is what is switched otherwise than the file says, and nothing that means the same', () => {
    assert.deepEqual(drift(file, { basket: 'off', half: 'on' }), []);
    assert.deepEqual(
      drift(file, { basket: 'on', half: 'on:2500', checkout: 'on' }).map(({ key, live, apply }) => [
        key,
        live,
        apply,
      ]),
      [
        ['basket', 'on', { to: 'forgotten' }],
        ['checkout', 'on', { to: 'forgotten' }],
        ['half', 'on:2500', { to: 'forgotten' }],
      ],
    );
    assert.deepEqual(drift(file, { half: 'on:5000' }), [], 'the same share by the same attribute');
  });

  it('is settled towards the file by what the live definition can say, or not at all', () => {
    const live = [flag('basket', { default: true }), flag('half'), flag('gone')];
    const states = { basket: 'on', half: 'off', gone: 'on', old: 'on', third: 'off' } as const;
    const wanted = `version: 1\nflags:\n  basket: { description: x }\n  half: { description: x, default: on, on: { split: { on: 20%, off: 80% } } }\n  third: { description: x, default: on }\n`;
    assert.deepEqual(
      drift(wanted, states, live).map(({ key, apply }) => [key, apply]),
      [
        ['basket', { to: 'off' }],
        ['gone', { cannot: 'the file does not define it, and what is live does: deploy first' }],
        ['half', { to: 'on:2000' }],
        ['old', { to: 'forgotten' }],
        ['third', { cannot: 'what is live does not define it: deploy first' }],
      ],
    );
  });

  it('is gone once it was applied, for every user', () => {
    const setting = fc.constantFrom<FlagSetting>('on', 'off', 'on:0', 'on:3333', 'on:10000');
    fc.assert(
      fc.property(flagNumber(0), flagNumber(0), setting, context, (live, wanted, state, user) => {
        const states = new Map([['flag0', state]]);
        const [found] = driftOf({ file: [wanted], live: [live], states });
        if (!found || 'cannot' in found.apply) return;
        const { to } = found.apply;
        const after = new Map(to === 'forgotten' ? [] : [['flag0', to] as const]);
        // Rules, needs and the like are the definition's: the state alone is compared.
        const plain = (definition: FlagDefinition): FlagDefinition => {
          const { key, description, owner, type, variants, off, on, default: isOn } = definition;
          return {
            ...flag(key),
            description,
            owner,
            type,
            variants,
            off,
            on,
            default: isOn,
          };
        };
        const served = (definition: FlagDefinition, of: ReadonlyMap<string, FlagSetting>): unknown =>
          flagsDocument([plain(definition)], of)
            .flags.get('flag0')
            ?.evaluate(user);
        const variant = (result: unknown): unknown => (result as { variant?: string }).variant;
        assert.equal(variant(served(live, after)), variant(served(wanted, new Map())));
      }),
    );
  });

  it('is told in words', () => {
    assert.deepEqual(
      ['basket', 'half'].map((key) => toldDefinition(one(file, key))),
      ['off', 'on: on 50 %, off 50 %'],
    );
  });
});

describe('taking what is live into the file', () => {
  it('changes one place, and keeps comments, order and every other environment', () => {
    const taken = take(file, 'checkout', 'on');
    assert.equal(
      taken,
      file.replace(
        '      live: { default: off }\n',
        '      live: { default: off }\n      dev:\n        default: on\n',
      ),
    );
    const inline = take(file, 'basket', 'on');
    assert.equal(
      inline,
      file.replace(
        'default: off } # small',
        'default: off, environments: { dev: { default: on } } } # small',
      ),
    );
  });

  it('writes a share by the attribute that the flag has, and changes it there the next time', () => {
    const quarter = take(file, 'half', 'on:2500');
    assert.match(
      quarter,
      /dev:\n {8}default: on\n {8}on:\n {10}split:\n {12}on: '25%'\n {12}off: '75%'\n {10}by: userId/,
    );
    assert.deepEqual(drift(quarter, { half: 'on:2500' }), []);
    const more = take(quarter, 'half', 'on:3000');
    assert.match(more, /on: '30%'\n {12}off: '70%'/);
    assert.deepEqual(drift(more, { half: 'on:3000' }), []);
    assert.deepEqual(drift(take(more, 'half', 'off'), { half: 'off' }), []);
  });

  it('says why a person has to do it', () => {
    const refused = (text: string, key: string, to: FlagSetting): string => {
      const taken = takeLive(text, {
        file: 'flags.yaml',
        environment: 'dev',
        environments,
        definition: one(text, key),
        to,
      });
      return 'cannot' in taken ? taken.cannot : '';
    };
    assert.match(refused(file, 'third', 'on:2500'), /more than two variants/);
    const shared = `version: 1\nflags:\n  a: { description: x, environments: &e { dev: { default: off } } }\n  b: { description: x, environments: *e }\n`;
    assert.match(refused(shared, 'a', 'on'), /flags\.a\.environments\.dev/);
  });

  it('leaves JSON that is JSON', () => {
    const json =
      '{\n  "version": 1,\n  "flags": {\n    "a": { "description": "on: # no comment" },\n    "b": {\n\t"description": "x",\n\t"on": "on"\n    }\n  }\n}\n';
    for (const [key, to] of [
      ['a', 'on'],
      ['b', 'on:1250'],
    ] as const) {
      const taken = take(json, key, to, 'flags.json');
      JSON.parse(taken);
      assert.deepEqual(
        driftOf({ file: read(taken, 'dev', 'flags.json'), live: [], states: new Map([[key, to]]) }),
        [],
      );
    }
  });
});

describe('a flags file in JSON', () => {
  it('has the place of what is wrong, also where it is no JSON', () => {
    const problems = (text: string): readonly string[] =>
      readFlagsFile('flags.json', text, 'dev').problems.map(
        ({ line, column, code }) => `${line}:${column} ${code}`,
      );
    assert.deepEqual(problems('{\n  "version": 1,\n  "flags": { "a": { "descripton": "x" } }\n}'), [
      '3:21 flags.unknown-key',
    ]);
    assert.deepEqual(problems('{\n  "version": 1,\n  flags: {}\n}'), ['3:3 flags.invalid-json']);
    assert.deepEqual(problems('{ "version": 1,'), ['1:16 flags.invalid-json']);
  });
});
