import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, total } from '../src/money.js';

test('cents are shown in the currency of the shop', () => {
  assert.equal(money(4900, 'EUR'), '€49.00');
  assert.equal(money(1450, 'USD'), '$14.50');
});

test('a basket costs the sum of its items', () => {
  assert.equal(
    total([
      { price: 4900, count: 2 },
      { price: 1450, count: 1 },
    ]),
    11250,
  );
});

test('a discount is rounded to the nearest cent', () => {
  assert.equal(total([{ price: 1450, count: 1 }], 15), 1233);
  assert.equal(total([{ price: 999, count: 1 }], 10), 899);
});
