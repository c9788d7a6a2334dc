import assert from 'node:assert/strict';
import { scalarsOf } from '../../../../agent/config/editing/cursor.ts';
import { endOf, hover, outline } from '../../../../agent/config/editing/places.ts';
import { positionOf } from '../../../../agent/config/fix/layout.ts';

const text = `version: 1
project: shop
compose: [compose.yaml, "live.yaml"]
flags: flags.yaml
environments:
  dev: { edge: { http: 8080 } }
  production:
    protected: true
services:
  web: { route: { port: 3000 } } # here
suites:
  unit: { stage: build, service: web }
  odd: { stage: later }
`;
const place = (word: string) => positionOf(text, text.indexOf(word));
const range = (word: string) => ({
  start: place(word),
  end: positionOf(text, text.indexOf(word) + word.length),
});

describe('places of tidegate.yaml', () => {
  it('are told for environments, services and suites, with the files it names', () => {
    const { environments, services, suites, files } = outline(text);
    assert.deepEqual(environments, [
      { name: 'dev', range: range('dev') },
      { name: 'production', range: range('production') },
    ]);
    assert.deepEqual(services, [{ name: 'web', range: range('web') }]);
    assert.deepEqual(suites, [
      { name: 'unit', range: range('unit'), stage: 'build', service: 'web' },
      { name: 'odd', range: range('odd'), stage: null, service: null },
    ]);
    assert.deepEqual(files, ['compose.yaml', 'live.yaml', 'flags.yaml']);
  });

  it('are told as far as a file can be read', () => {
    assert.deepEqual(
      outline('environments:\n  dev: {}\nservices: [\n').environments.map(({ name }) => name),
      ['dev'],
    );
    assert.deepEqual(outline('').files, ['compose.yaml']);
  });

  it('have the sentence of their rule; a name has none', () => {
    assert.match(hover(text, place('port'))?.description ?? '', /port the service listens on/);
    assert.match(hover(text, place('3000'))?.description ?? '', /port the service listens on/);
    const web = hover(text, place('web'));
    assert.deepEqual([web?.path, web?.on, web?.description], [['services', 'web'], 'key', null]);
    assert.deepEqual(web?.range, range('web'));
    assert.equal(hover(text, place('# here')), null);
    assert.equal(hover('nonsense: 1\n', { line: 1, column: 2 }), null);
  });

  it('of problems end where the key, value, variable or line does', () => {
    const end = (of: string, word: string) => {
      const at = positionOf(of, of.indexOf(word));
      const { line, column } = endOf(of, at, scalarsOf(of));
      return of.split('\n')[line - 1]?.slice(at.column - 1, column - 1);
    };
    assert.equal(end(text, 'port'), 'port');
    assert.equal(end(text, '3000'), '3000');
    assert.equal(end(text, '{ route'), '{ route: { port: 3000 } } # here');
    assert.equal(end('image: shop:${TAG:-1} # x\n', '${TAG'), '${TAG:-1}');
    assert.equal(end('a: |\n  long\n  text\n', '|'), '|');
    assert.deepEqual(endOf('FROM x  \n', { line: 1, column: 1 }, undefined), { line: 1, column: 7 });
  });
});
