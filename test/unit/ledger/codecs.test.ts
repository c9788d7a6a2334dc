import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { TidegateError } from '../../../agent/common/errors.ts';
import { colours, slotKey } from '../../../agent/common/names.ts';
import { formatAck, formatProof, parseAcks, type Ack, type Proof } from '../../../agent/swarm/ledger/acks.ts';
import { formatRoutes, parseRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';

const service = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
const slot = fc.tuple(service, fc.constantFrom(...colours)).map(([name, colour]) => slotKey(name, colour));
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/);
const count = fc.nat({ max: 999_999 });
const task = fc.stringMatching(/^[a-z0-9]{1,25}$/);

const routes: fc.Arbitrary<Routes> = fc.record({
  routes: fc.dictionary(
    service,
    fc.record(
      { active: fc.constantFrom(...colours), canary: fc.nat({ max: 10_000 }) },
      { noNullPrototype: true },
    ),
    { noNullPrototype: true },
  ),
  slots: fc.dictionary(slot, fc.integer({ min: 1, max: 999 }), { noNullPrototype: true }),
  claims: fc.dictionary(service, id, { noNullPrototype: true }),
  cuts: fc.dictionary(slot, id, { noNullPrototype: true }),
  lock: fc.record({
    holder: fc.option(fc.stringMatching(/^[a-z0-9@./-]{1,30}$/), { nil: undefined }),
    epoch: count,
  }),
  forgotten: fc.dictionary(task, fc.string(), { noNullPrototype: true }),
});

const slots = fc.dictionary(slot, fc.record({ healthy: count, sessions: count, closed: count }));
const ack: fc.Arbitrary<Ack> = fc.record({ object: task, version: count, hash: task, slots });
const digest = fc.constantFrom('', `sha256:${'a'.repeat(64)}`);
const answer = fc.record({ slot, release: count, digest, status: fc.integer({ min: 100, max: 599 }) });
const proof: fc.Arbitrary<Proof> = fc.record({
  object: task,
  version: count,
  answers: fc.dictionary(fc.oneof(service, slot), answer),
});

describe('labels of the ledger', () => {
  it('give back the routes that were written', () => {
    fc.assert(
      fc.property(routes, (value) => {
        assert.deepEqual(plain(parseRoutes('shop.routes', formatRoutes(value))), plain(value));
      }),
    );
  });

  it('give back what an edge said', () => {
    fc.assert(
      fc.property(task, ack, proof, (who, said, seen) => {
        const read = parseAcks('shop.acks', {
          [`ack.${who}`]: formatAck(said),
          [`proof.${who}`]: formatProof(seen),
        });
        assert.deepEqual(plain(read.acks[who]), plain(said));
        assert.deepEqual(plain(read.proofs[who]), plain(seen));
      }),
    );
  });

  it('that are nonsense are named, with their object, and nothing else is thrown', () => {
    const kinds = ['route.web', 'slot.web-blue', 'slot.web', 'rollout.web', 'cut.web-green', 'lock', 'else'];
    const label = fc.oneof(fc.constantFrom(...kinds), fc.string());
    fc.assert(
      fc.property(label, fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (name, text) => {
        named(() => parseRoutes('shop.routes', { [name]: text }), 'shop.routes', name);
        for (const kind of ['ack.t1', 'proof.t1', name])
          named(() => parseAcks('shop.acks', { [kind]: text }), 'shop.acks', kind);
      }),
      { numRuns: 1_000 },
    );
  });

  const nonsense = [
    ['route.web', 'red:0'],
    ['route.web', 'blue:10001'],
    ['route.web', 'blue'],
    ['route.Web', 'blue:0'],
    ['slot.web', '1'],
    ['slot.web-blue', '0'],
    ['slot.web-blue', '1.5'],
    ['rollout.web', ''],
    ['cut.web-blue', 'a b'],
    ['lock', 'x'],
    ['lock', 'a b:1'],
    ['forgotten.', 'ann'],
    ['tide', '1'],
  ] as const;
  for (const [name, text] of nonsense)
    it(`refuse ${name}=${JSON.stringify(text)} in the routes`, () => {
      assert.throws(() => parseRoutes('shop.routes', { [name]: text }), isCorrupt('shop.routes', name));
    });

  for (const [name, text] of [
    ['ack.t1', 'o 1 h'],
    ['ack.t1', 'o x h -'],
    ['ack.t1', 'o 1 h web=1/0/0'],
    ['ack.t1', 'o 1 h web-blue=1/0'],
    ['proof.t1', 'o 1 web=web-blue/1/sha256:abc/200'],
    ['proof.t1', 'o 1'],
    ['something', ''],
  ] as const)
    it(`refuse ${name}=${JSON.stringify(text)} in the reports`, () => {
      assert.throws(() => parseAcks('shop.acks', { [name]: text }), isCorrupt('shop.acks', name));
    });

  it('say what concerns the door only where there is something to say', () => {
    const door = { maintenance: 'ann@laptop', 'certificate.shop-cert': 'a1b2c3d4e5f6' };
    const value = parseRoutes('shop.routes', door);
    assert.equal(value.maintenance, 'ann@laptop');
    assert.deepEqual(value.certificates, { 'shop-cert': 'a1b2c3d4e5f6' });
    assert.deepEqual(formatRoutes(value), { ...door, lock: ':0' });
    assert.deepEqual(Object.keys(formatRoutes(parseRoutes('shop.routes', {}))), ['lock']);
    for (const [name, text] of [
      ['certificate.shop', 'x'],
      ['certificate.', 'a1b2c3d4e5f6'],
      ['certificate.A', 'a1b2c3d4e5f6'],
    ] as const)
      assert.throws(() => parseRoutes('shop.routes', { [name]: text }), isCorrupt('shop.routes', name));
  });

  it('of other owners, tidegate.*, say nothing about routes or reports', () => {
    const own = { 'tidegate.stack': 'shop' };
    assert.deepEqual(parseRoutes('o', own), parseRoutes('o', {}));
    assert.deepEqual(parseAcks('o', own), { acks: {}, proofs: {} });
  });
});

/** Runs `read`; what it throws, if it throws, is `ledger.corrupt` and names object and label. */
function named(read: () => unknown, object: string, label: string): void {
  try {
    read();
  } catch (error) {
    assert.ok(isCorrupt(object, label)(error), String(error));
  }
}

function isCorrupt(object: string, label: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof TidegateError &&
    error.code === 'ledger.corrupt' &&
    error.data['object'] === object &&
    error.data['label'] === label &&
    error.message.includes(object);
}

/** Without prototypes and the order of keys. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
