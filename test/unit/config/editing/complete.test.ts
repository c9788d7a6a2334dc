import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complete } from '../../../../agent/config/editing/complete.ts';
import { offsetOf, positionOf } from '../../../../agent/config/fix/layout.ts';
import type { Completion } from '../../../../agent/protocol/editing.ts';

const whole = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } }
services:
  web: { route: { hosts: [shop.localhost], port: 3000 } }
  mailer:
    worker: {}
suites:
  unit: { stage: build, service: web }
`;

/** `|` is the cursor. */
function at(marked: string, composeServices: readonly string[] = ['web', 'db']): readonly Completion[] {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  return complete({ text, at: positionOf(text, offset), composeServices });
}
const labels = (marked: string): readonly string[] => at(marked).map(({ label }) => label);

describe('completion in tidegate.yaml', () => {
  it('offers the keys of the root that are not there yet', () => {
    assert.deepEqual(labels(`${whole}|`), ['compose', 'flags']);
    assert.deepEqual(labels('version: 1\n|\nservices: {}\n'), [
      ...['project', 'compose', 'environments', 'flags', 'suites'],
    ]);
    assert.ok(labels('|').includes('version'), 'in an empty file');
  });

  it('offers the keys of a service, in blocks and in braces, while it is half written', () => {
    const keys = ['route', 'worker', 'health', 'rollout', 'release', 'volumes', 'ports'];
    assert.deepEqual(labels('services:\n  web:\n    |'), keys);
    assert.deepEqual(labels('services:\n  web:\n    he|\n    route: { port: 3000 }\n'), keys.slice(1));
    assert.deepEqual(labels('services:\n  web: { | }\n'), keys);
    assert.deepEqual(labels('services:\n  web: { route: { port: 3000 }, | }\n'), keys.slice(1));
  });

  it('replaces the word that was begun, and brings what belongs behind a key', () => {
    const [health] = at('services:\n  web:\n    he|\n').filter(({ label }) => label === 'health');
    assert.deepEqual(health?.range, { start: { line: 3, column: 5 }, end: { line: 3, column: 7 } });
    assert.equal(health.insert, 'health: ');
    const insertOf = (marked: string, label: string): string | undefined =>
      at(marked).find((item) => item.label === label)?.insert;
    assert.equal(insertOf('services:\n  web:\n    |\n', 'rollout'), 'rollout:\n  ');
    assert.equal(insertOf('services:\n  web: { | }\n', 'rollout'), 'rollout: ');
    assert.equal(insertOf('services:\n  web:\n    hea|: /x\n', 'health'), 'health');
  });

  it('offers values where there are few, and names where they are known', () => {
    assert.deepEqual(labels('suites:\n  unit:\n    stage: |\n'), ['build', 'preview', 'live']);
    assert.deepEqual(labels('suites:\n  unit: { stage: b|, service: web }\n'), ['build', 'preview', 'live']);
    assert.deepEqual(labels('environments:\n  dev: { protected: | }\n'), ['true', 'false']);
    assert.deepEqual(labels(whole.replace('service: web', 'service: |')), ['web', 'mailer']);
    assert.deepEqual(labels('services:\n  web: { route: { port: 1 } }\n  |\n'), ['db']);
  });

  it('says what a key means', () => {
    const [item] = at('services:\n  web:\n    |').filter(({ label }) => label === 'health');
    assert.match(item?.description ?? '', /Path of the health check/);
  });

  it('offers nothing in comments, and where nothing is known', () => {
    assert.deepEqual(labels('# |\nversion: 1\n'), []);
    assert.deepEqual(labels('project: |\n'), []);
    assert.deepEqual(labels('nonsense:\n  deep:\n    |\n'), []);
  });

  it('never throws, whatever is written and wherever the cursor is', () => {
    const pieces = fc.constantFrom(
      ...[
        'services:',
        '\n',
        '  ',
        'web',
        ': ',
        '{ ',
        ' }',
        '[',
        ']',
        '- ',
        '"',
        '#',
        '&a ',
        '*a',
        'ï»¿',
        '|',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), fc.nat(), (parts, cursor) => {
        const text = parts.join('');
        const place = positionOf(text, cursor % (text.length + 1));
        for (const { range } of complete({ text, at: place, composeServices: ['web'] }))
          assert.ok(offsetOf(text, range.start) <= offsetOf(text, range.end), 'a range');
      }),
    );
  });
});
