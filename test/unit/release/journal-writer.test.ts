import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { JournalWriter } from '../../../agent/release/journal-writer.ts';
import type { JournalEntry } from '../../../agent/swarm/ledger/rollout.ts';
import { aHead, aPhase, driver } from '../ledger/samples.ts';
import { openBench, type Bench } from './engine.ts';

const planned = aPhase({ name: 'planned' });
const building = aPhase({ name: 'building' });

describe('the journal of a rollout that is driven', () => {
  let bench: Bench;
  let writer: JournalWriter;

  beforeEach(async () => {
    bench = await openBench();
    const engine = bench.engine('ann');
    await engine.ledger.journals.create(aHead(), { state: planned, driver: driver('ann') });
    writer = new JournalWriter(engine, 'r1', planned, 1);
  });
  afterEach(() => {
    writer.stop();
  });

  const read = async (): Promise<JournalEntry> => {
    const entry = await bench.engine('test').ledger.journals.get('r1');
    assert.ok(entry, 'entry');
    return entry.value;
  };
  const takeOver = async (): Promise<void> => {
    const { journals } = bench.engine('bob').ledger;
    const entry = await journals.get('r1');
    assert.ok(entry, 'entry');
    await journals.takeOver(entry, { state: planned, driver: driver('bob', 9) });
  };

  it('renews its lease three times within its length', async () => {
    await bench.clock.advance(3_000);
    assert.deepEqual((await read()).lease, { seconds: 3, counter: 4 });
    assert.deepEqual((await read()).state, planned);
  });

  it('renews with the newest state', async () => {
    await writer.write(building);
    await bench.clock.advance(1_000);
    const { state, lease } = await read();
    assert.equal(state.phase.name, 'building');
    assert.equal(lease?.counter, 3);
  });

  it('keeps what others ask of the driver', async () => {
    await bench.engine('bob').ledger.journals.request('r1', 'abort', 'bob@desk');
    await writer.write(building);
    await bench.clock.advance(2_000);
    assert.deepEqual((await read()).request, { action: 'abort', by: 'bob@desk' });
  });

  it('is nobody’s once it was left, and no lease is renewed after that', async () => {
    await writer.leave(building);
    await bench.clock.advance(10_000);
    const { driver: who, lease, state } = await read();
    assert.deepEqual([who, lease, state.phase.name], [undefined, undefined, 'building']);
    assert.equal(bench.clock.waiting, 0);
  });

  it('fails each write after somebody else took over, and changes nothing of theirs', async () => {
    await takeOver();
    await assert.rejects(writer.write(building), (error) => hasCode(error, 'ledger.fenced'));
    await assert.rejects(writer.leave(building), (error) => hasCode(error, 'ledger.fenced'));
    assert.equal((await read()).driver, 'bob');
    assert.equal((await read()).lease?.counter, 9);
  });

  it('tells by the next renewal that somebody else took over', async () => {
    await takeOver();
    assert.equal(writer.fenced.aborted, false);
    await bench.clock.advance(1_000);
    assert.equal(writer.fenced.aborted, true);
    assert.ok(
      hasCode(writer.fenced.reason, 'ledger.fenced'),
      "hasCode(writer.fenced.reason, 'ledger.fenced')",
    );
  });
});
