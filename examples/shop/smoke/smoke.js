// Asks a release before users see it (stage "preview"): TIDEGATE_URL leads to the new version only.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const base = process.env.TIDEGATE_URL;
const headers = process.env.TIDEGATE_PREVIEW ? { 'x-tidegate-preview': process.env.TIDEGATE_PREVIEW } : {};
const ask = (path) => fetch(new URL(path, base), { headers });

test('the shop is healthy', async () => {
  assert.equal((await ask('/healthz')).status, 200);
});

test('the first page shows what there is to buy', async () => {
  const page = await (await ask('/')).text();
  for (const name of ['Storm lantern', 'Tide clock']) assert.match(page, new RegExp(name));
});

test('the orders can be read', async () => {
  assert.equal((await ask('/orders')).status, 200);
});
