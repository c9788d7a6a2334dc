import assert from 'node:assert/strict';
import { definedFlags, ownDefinitions, releasedFlags } from '../../../agent/flags/definitions.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import type { FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import { noFlags, type FlagSetting } from '../../../agent/swarm/ledger/flags.ts';
import type { ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import { emptyRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import { aRecord } from '../ledger/samples.ts';
import { flag } from './environment.ts';

const releases = new Map<number, ReleaseRecord>(
  Object.entries({
    1: [flag('old'), flag('both', { default: true })],
    2: [flag('both'), flag('new')],
    3: undefined,
  }).map(([number, flags]) => [Number(number), { ...aRecord(flags && { flags }), number: Number(number) }]),
);
const defined = (routes: Partial<Routes>): readonly string[] =>
  definedFlags(releasedFlags({ ...emptyRoutes, ...routes }, releases), undefined).map(
    ({ key, default: isOn }) => `${key} ${isOn ? 'on' : 'off'}`,
  );
const web = (active: 'blue' | 'green') => ({ web: { active, canary: 0 } });

describe('the flags of an environment', () => {
  it('are none before something is live', () => {
    assert.deepEqual(defined({}), []);
    assert.deepEqual(defined({ slots: { 'web-blue': 1 } }), []);
  });

  it('are those of the live release, not of the one that is kept warm', () => {
    assert.deepEqual(defined({ routes: web('blue'), slots: { 'web-blue': 1, 'web-green': 2 } }), [
      'old off',
      'both on',
    ]);
    assert.deepEqual(defined({ routes: web('green'), slots: { 'web-blue': 1, 'web-green': 2 } }), [
      'both off',
      'new off',
    ]);
  });

  it('get those that a coming release adds as soon as it is placed; what is live keeps its defaults', () => {
    const slots = { 'web-blue': 1, 'web-green': 2 } as const;
    assert.deepEqual(defined({ routes: web('blue'), slots, claims: { web: 'r1' } }), [
      'old off',
      'both on',
      'new off',
    ]);
    assert.deepEqual(defined({ slots: { 'web-green': 2 }, claims: { web: 'r1' } }), ['both off', 'new off']);
  });

  it('are those of the newest release when services are at different ones', () => {
    const routes = { ...web('blue'), api: { active: 'green' as const, canary: 0 } };
    assert.deepEqual(defined({ routes, slots: { 'web-blue': 1, 'api-green': 2 } }), ['both off', 'new off']);
    assert.deepEqual(defined({ routes, slots: { 'web-blue': 1, 'api-green': 3 } }), []);
  });

  it('are replaced by definitions of their own with the release they were brought to, and no other', () => {
    const own = { format: 1 as const, release: 2, commit: 'c', by: 'ann', at: 't', flags: [flag('x')] };
    const keys = (flags: readonly FlagDefinition[]): readonly string[] => flags.map(({ key }) => key);
    const at = (active: 'blue' | 'green') =>
      releasedFlags(
        { ...emptyRoutes, routes: web(active), slots: { 'web-blue': 1, 'web-green': 2 } },
        releases,
      );
    assert.deepEqual(keys(definedFlags(at('green'), own)), ['x']);
    assert.deepEqual(keys(definedFlags(at('blue'), own)), ['old', 'both']);
    const flags = { ...noFlags, definitions: { object: 4, release: 2 } };
    assert.equal(ownDefinitions(2, flags), 4);
    assert.equal(ownDefinitions(1, flags), undefined);
    assert.equal(ownDefinitions(undefined, noFlags), undefined);
  });
});

describe('the document of flags', () => {
  it('is what was switched, else the default; what nobody defines is not in it', () => {
    const document = flagsDocument(
      [flag('b', { default: true }), flag('a'), flag('c', { default: true })],
      new Map([
        ['a', 'on'],
        ['c', 'off'],
        ['gone', 'on'],
      ]),
    );
    assert.deepEqual(
      [...document.flags.values()].map(({ key, evaluate }) => {
        const result = evaluate({});
        return [key, 'value' in result && result.value];
      }),
      [
        ['a', true],
        ['b', true],
        ['c', false],
      ],
    );
  });

  it('has another digest exactly when a key or a value is another', () => {
    const digest = (flags: readonly FlagDefinition[], states: Record<string, FlagSetting> = {}): string =>
      flagsDocument(flags, new Map(Object.entries(states))).digest;
    const base = digest([flag('a'), flag('b')]);
    assert.equal(digest([flag('b', { description: 'Other words.' }), flag('a')]), base);
    assert.equal(digest([flag('a'), flag('b')], { a: 'off', x: 'on' }), base);
    assert.notEqual(digest([flag('a'), flag('b')], { a: 'on' }), base);
    assert.notEqual(digest([flag('a')]), base);
  });
});
