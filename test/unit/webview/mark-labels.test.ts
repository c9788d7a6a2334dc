import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markLabels, type Upright } from '../../../webview/dashboard/model/mark-labels.ts';

const room = { end: 300, gap: 3, widthOf: (text: string) => text.length * 6 };
const linesAt = (...places: readonly number[]): readonly Upright[] =>
  places.map((x, index) => ({ x, number: index + 1 }));

describe('numbers of marks in a chart', () => {
  it('stand beside their lines', () => {
    assert.deepEqual(markLabels(linesAt(10, 100), room), [
      { x: 13, text: '1' },
      { x: 103, text: '2' },
    ]);
    assert.deepEqual(markLabels([], room), []);
  });

  it('are one label where they would cover each other', () => {
    assert.deepEqual(
      markLabels(linesAt(10, 12, 20, 100), room).map(({ text }) => text),
      ['1–3', '4'],
    );
  });

  it('stay inside the chart, and take in those that they reach there', () => {
    assert.deepEqual(markLabels(linesAt(299), room), [{ x: 294, text: '1' }]);
    assert.deepEqual(
      markLabels(linesAt(285, 299), room).map(({ text }) => text),
      ['1–2'],
    );
  });

  it('never cover each other, and leave no mark out', () => {
    const places = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 });
    fc.assert(
      fc.property(places, (unsorted) => {
        const labels = markLabels(linesAt(...unsorted.sort((a, b) => a - b)), room);
        labels.forEach(({ x, text }, index) => {
          const next = labels[index + 1];
          assert.ok(
            next === undefined || x + room.widthOf(text) + room.gap <= next.x,
            JSON.stringify(labels),
          );
        });
        const said = labels.flatMap(({ text }) => {
          const [first = 0, last = first] = text.split('–').map(Number);
          return Array.from({ length: last - first + 1 }, (_, index) => first + index);
        });
        assert.deepEqual(
          said,
          unsorted.map((_, index) => index + 1),
        );
      }),
    );
  });
});
