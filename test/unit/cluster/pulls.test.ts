import assert from 'node:assert/strict';
import { failure } from '../../../agent/common/errors.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { openLedgerView } from '../../../agent/cluster/ledger-view.ts';
import { openPulls, type PullOutcome } from '../../../agent/cluster/pulls.ts';
import { fakeLedger, stored } from './fake-ledger.ts';

const none = { object: 'none', version: 0, hash: 'none' };
const signal = (): AbortSignal => new AbortController().signal;

async function opened(version = 5, waitMs = 60_000) {
  const fake = fakeLedger();
  fake.routes = stored(version, { routes: { web: { active: 'blue', canary: 0 } }, slots: { 'web-blue': 1 } });
  const view = openLedgerView(fake.ledger, silentLog);
  await view.refresh();
  const hash = view.current()?.services.hash ?? '';
  return { fake, view, pulls: openPulls(view, waitMs), hash, holding: { object: 'ledger-a', version, hash } };
}

function text(outcome: PullOutcome): string {
  if (outcome.kind !== 'document') assert.fail(`got ${outcome.kind}`);
  return outcome.text;
}

describe('an edge that asks for news', () => {
  it('gets all there is when it has nothing', async () => {
    const { pulls, hash } = await opened();
    const document = text(await pulls.pull(none, signal()));
    assert.ok(
      document.startsWith(`#tidegate ledger-a 5 ${hash}\n`),
      'document.startsWith(`#tidegate ledger-a 5 ${hash}\\n`)',
    );
    assert.ok(
      document.includes('\nbackend web-blue from tidegate-slot\n'),
      "document.includes('\\nbackend web-blue from tidegate-slot\\n')",
    );
  });

  it('gets the services configuration only when it runs another one', async () => {
    const { pulls, holding } = await opened();
    const old = text(await pulls.pull({ ...holding, version: 4 }, signal()));
    assert.ok(!old.includes('backend'), "!old.includes('backend')");
    const other = text(await pulls.pull({ ...holding, hash: 'other' }, signal()));
    assert.ok(other.includes('backend'), "other.includes('backend')");
  });

  it('waits when it has everything, and is answered as soon as there is something new', async () => {
    const { fake, view, pulls, holding } = await opened();
    const outcome = pulls.pull(holding, signal());
    fake.routes = stored(6, { routes: { web: { active: 'blue', canary: 100 } }, slots: { 'web-blue': 1 } });
    await view.refresh();
    assert.match(text(await outcome), /^#tidegate ledger-a 6 /);
  });

  it('is sent away with nothing after a while, when it goes, and when control stops', async () => {
    const { pulls: short, holding } = await opened(5, 5);
    assert.deepEqual(await short.pull(holding, signal()), { kind: 'nothing' });
    const { pulls } = await opened();
    const gone = new AbortController();
    const left = pulls.pull(holding, gone.signal);
    gone.abort();
    assert.deepEqual(await left, { kind: 'nothing' });
    const stopped = pulls.pull(holding, signal());
    await Promise.resolve();
    pulls.close();
    assert.deepEqual(await stopped, { kind: 'nothing' });
    assert.deepEqual(await pulls.pull(holding, signal()), { kind: 'nothing' });
  });

  it('makes a control that is behind read the ledger again, and is never given an older version', async () => {
    const { fake, pulls, holding } = await opened();
    const ahead = pulls.pull({ ...holding, version: 9 }, signal());
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(fake.reads, 2);
    pulls.close();
    assert.deepEqual(await ahead, { kind: 'nothing' });
  });

  it('is given the state of another ledger only right after it was read', async () => {
    const { fake, pulls, holding } = await opened();
    fake.failure = failure('engine.unreachable', { message: 'gone' });
    const outcome = pulls.pull({ ...holding, object: 'ledger-b', version: 1 }, signal());
    await new Promise((resolve) => setImmediate(resolve));
    pulls.close();
    assert.deepEqual(await outcome, { kind: 'nothing' });
  });

  it('is given the last good state of a ledger that cannot be read when it has none of its own', async () => {
    const { fake, view, pulls } = await opened();
    fake.failure = failure('ledger.corrupt', { message: 'nonsense' });
    await view.refresh();
    assert.match(text(await pulls.pull(none, signal())), /^#tidegate ledger-a 5 /);
  });

  it('is told that control has no state either', async () => {
    const fake = fakeLedger();
    fake.routes = undefined;
    const pulls = openPulls(openLedgerView(fake.ledger, silentLog), 1000);
    assert.deepEqual(await pulls.pull(none, signal()), { kind: 'no-state' });
  });
});
