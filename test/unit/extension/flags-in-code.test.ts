import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FlagKeysResult } from '../../../agent/protocol/flag-keys.ts';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import { evaluates, flagLiterals, unknownKeys } from '../../../extension/model/flag-literals.ts';
import { hoverOf, knownFlags, projectOf } from '../../../extension/model/known-flags.ts';
import { placesIn, ReferenceIndex } from '../../../extension/model/reference-index.ts';
import { environment, project, release, status } from './samples.ts';

describe('keys of flags in code', () => {
  it('are whole quoted texts, with what is called with them', () => {
    const text = [
      `await client.getBooleanValue('free-delivery', false);`,
      `client.BooleanValue(ctx, "new.basket", false, evalCtx)`,
      'flags.isEnabled(`odd_one`)',
      `const use = useBooleanFlagValue<boolean>( "a" );`,
      `it's not 'a key' nor "with space" nor "" nor '-x'`,
      `log('free-delivery')`,
    ].join('\n');
    assert.deepEqual(
      flagLiterals(text).map(({ key, callee }) => [key, callee]),
      [
        ['free-delivery', 'getBooleanValue'],
        ['new.basket', 'BooleanValue'],
        ['odd_one', 'isEnabled'],
        ['a', 'useBooleanFlagValue'],
        ['free-delivery', 'log'],
      ],
    );
    for (const { key, offset } of flagLiterals(text)) assert.ok(text.startsWith(key, offset), key);
  });

  it('are found whatever stands around them, and never throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        flagLiterals(before);
        const text = `${before.replace(/["'\`]/g, '')}\n'free-delivery'${after}`;
        assert.ok(
          flagLiterals(text).some(({ key }) => key === 'free-delivery'),
          text,
        );
      }),
    );
  });

  it('are evaluated by calls of the usual libraries', () => {
    for (const callee of [
      ...[
        'getBooleanValue',
        'getStringDetails',
        'get_boolean_value',
        'BooleanValue',
        'boolVariation',
        'variation',
      ],
      ...[
        'useFlag',
        'useBooleanFlagValue',
        'isFeatureEnabled',
        'isEnabled',
        'is_enabled',
        'getVariant',
        'isOn',
      ],
    ])
      assert.notEqual(evaluates(callee), 'no', callee);
    for (const callee of ['log', 'getValue', 'require', 'querySelector', 'String', 'has', 'getItem'])
      if (callee !== 'String') assert.equal(evaluates(callee), 'no', callee);
  });
});

describe('keys that nobody knows', () => {
  const known = new Set(['free-delivery', 'new-basket']);
  const keys = (text: string) => unknownKeys(text, known).map(({ key, nearest }) => [key, nearest]);

  it('are told where a call can only mean a flag, with the one that was meant', () => {
    assert.deepEqual(keys(`c.getBooleanValue('fre-delivery'); c.getBooleanValue("other")`), [
      ['fre-delivery', 'free-delivery'],
      ['other', undefined],
    ]);
    assert.deepEqual(keys(`c.getBooleanValue('freeDelivery')`), [['freeDelivery', 'free-delivery']]);
  });

  it('are not told of a call that may mean something else, unless the text uses it for flags', () => {
    assert.deepEqual(keys(`logger.isEnabled('debug'); log('free-deliveri')`), []);
    assert.deepEqual(keys(`f.isEnabled('new-basket') && f.isEnabled('debug')`), [['debug', undefined]]);
    assert.deepEqual(keys(`f.isEnabled('new-baskets')`), [['new-baskets', 'new-basket']]);
  });
});

describe('the index of references', () => {
  const text = `const a = 'new-basket';\n\n  if (is('free-delivery') || "new-basket") {}\n`;

  it('knows line and column of every use', () => {
    const index = new ReferenceIndex(['new-basket', 'free-delivery']);
    index.put('/b.ts', text);
    index.put('/a.ts', '\n\n`new-basket`');
    assert.deepEqual(index.of('new-basket'), [
      { path: '/a.ts', line: 2, column: 1 },
      { path: '/b.ts', line: 0, column: 11 },
      { path: '/b.ts', line: 2, column: 30 },
    ]);
    assert.deepEqual(index.of('other'), []);
    assert.ok(index.covers(['new-basket']) && !index.covers(['other']), 'it knows its keys');
  });

  it('is after any changes what a new one of the same files would be', () => {
    const file = fc.constantFrom('/a', '/b', '/c');
    const content = fc.array(fc.constantFrom(`'x'`, `"y"`, '\n', ' z ', '`y`'), { maxLength: 8 });
    const change = fc.tuple(
      file,
      fc.option(
        content.map((parts) => parts.join('')),
        { nil: undefined },
      ),
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const index = new ReferenceIndex(['x', 'y']);
        const files = new Map<string, string>();
        for (const [path, now] of changes) {
          if (now === undefined) {
            index.remove(path);
            files.delete(path);
          } else {
            index.put(path, now);
            files.set(path, now);
          }
        }
        const fresh = new ReferenceIndex(['x', 'y']);
        for (const [path, now] of files) fresh.put(path, now);
        for (const key of ['x', 'y']) assert.deepEqual(index.of(key), fresh.of(key));
      }),
    );
  });

  it('counts lines as an editor does', () => {
    const words = fc.array(fc.constantFrom(`'x'`, '\n', 'ä', '\r\n', '😀'), { maxLength: 30 });
    fc.assert(
      fc.property(words, (parts) => {
        const whole = parts.join('');
        for (const { line, column } of placesIn(whole, new Set(['x'])).get('x') ?? [])
          assert.ok(whole.split('\n')[line]?.startsWith('x', column), `${line}:${column}`);
      }),
    );
  });
});

describe('what is known of a flag', () => {
  const flag: FlagStatus = {
    ...{ key: 'free-delivery', value: true, state: 'on', share: 25, defined: true, default: false },
    ...{ description: 'No *costs*', owner: 'shop', kind: null, expires: '2027-03-01', type: 'boolean' },
    ...{ variants: [], conditions: 0, by: 'ann@laptop', at: '2026-01-01T00:00:00.000Z' },
  };
  const flags = (...all: readonly FlagStatus[]) => ({
    ...{ environment: 'dev', stack: 'shop-dev', release: release(1), flags: all },
  });
  const file: FlagKeysResult = {
    file: '/shop/flags.yaml',
    keys: [
      {
        ...{ key: 'fresh', line: 3, column: 3, description: null, owner: null, kind: null, expires: null },
        default: false,
      },
    ],
  };
  const shop = project(environment({ flags: flags(flag) }), environment({ flags: flags() }, 'production'));

  it('is its state in each environment, whether the file or a release defines it', () => {
    const { byKey, isComplete } = knownFlags(shop, file);
    assert.deepEqual([...byKey.keys()], ['fresh', 'free-delivery']);
    assert.equal(isComplete, true);
    assert.deepEqual(byKey.get('fresh')?.definedAt, { file: '/shop/flags.yaml', line: 2, column: 2 });
    const found = byKey.get('free-delivery');
    assert.ok(found, 'it is known');
    assert.equal(
      hoverOf(found, ({ environment: name }) => `command:${name}`),
      [
        '**Flag free\\-delivery**: No \\*costs\\*',
        '',
        '- dev: on for 25 %, by ann@laptop — [switch off](command:dev)',
        '- production: not in the live release',
        '',
        'owner: shop · expires 2027\\-03\\-01',
      ].join('\n'),
    );
  });

  it('is not all while a file or an environment has not been read', () => {
    assert.equal(knownFlags(shop, undefined).isComplete, false);
    assert.equal(knownFlags(shop, { file: '/shop/flags.yaml', keys: null }).isComplete, false);
    assert.equal(knownFlags(project(environment()), file).isComplete, false);
    const down = environment({ status: status({ state: 'unreachable' }) });
    assert.equal(knownFlags(project(environment({ flags: flags(flag) }), down), file).isComplete, true);
    assert.equal(
      knownFlags(project(environment({ flags: flags() })), { file: null, keys: null }).isComplete,
      false,
    );
  });

  it('belongs to the project whose folder is nearest', () => {
    const at = (folder: string) => ({ ...shop, folder });
    const [one, two] = [at('/projects/shop'), at('/projects/shop/admin')];
    assert.equal(projectOf([one, two], '/projects/shop/admin/a.ts'), two);
    assert.equal(projectOf([one, two], '/projects/shop/administrator.ts'), one);
    assert.equal(projectOf([one, two], '/elsewhere/a.ts'), undefined);
    assert.equal(projectOf([one], '/elsewhere/a.ts'), one);
  });
});
