import assert from 'node:assert/strict';
import { failure } from '../../../agent/common/errors.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { openLedgerView } from '../../../agent/cluster/ledger-view.ts';
import { fakeLedger, release, stored } from './fake-ledger.ts';

const corrupt = failure('ledger.corrupt', { message: 'route.web=purple' });
const web = (active: 'blue' | 'green') => ({
  routes: { web: { active, canary: 0 } },
  slots: { 'web-blue': 1, 'web-green': 2 },
});

describe("control's view of the ledger", () => {
  it('is nothing before the first read, and then the state for edges', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const view = openLedgerView(fake.ledger, silentLog);
    assert.equal(view.current(), undefined);
    await view.refresh();
    assert.equal(view.current()?.routing.version, 5);
    assert.match(view.current()?.text ?? '', /^s\/web green:0:1:2$/m);
    assert.equal(view.problem(), undefined);
  });

  it('keeps the last good state of a ledger that cannot be used, says so, and tells when it is mended', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const lines: string[] = [];
    const log = {
      ...silentLog,
      error: (_: unknown, text: string) => void lines.push(text),
      info: (_: unknown, text: string) => void lines.push(text),
    };
    const view = openLedgerView(fake.ledger, log);
    await view.refresh();
    fake.failure = corrupt;
    await view.refresh();
    await view.refresh();
    assert.equal(view.current()?.routing.version, 5);
    assert.equal(view.problem(), 'route.web=purple');
    fake.failure = undefined;
    fake.routes = stored(7, web('blue'));
    await view.refresh();
    assert.equal(view.problem(), undefined);
    assert.equal(view.current()?.routing.version, 7);
    assert.deepEqual(lines, ['the ledger cannot be used', 'the ledger can be read again']);
  });

  it('keeps the last good state when a release that a slot names is missing, or the ledger is', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const view = openLedgerView(fake.ledger, silentLog);
    await view.refresh();
    fake.routes = stored(6, { ...web('green'), slots: { 'web-blue': 1, 'web-green': 9 } });
    await view.refresh();
    assert.equal(view.current()?.routing.version, 5);
    assert.match(view.problem() ?? '', /shop-dev\.release\.9/);
    fake.routes = undefined;
    await view.refresh();
    assert.equal(view.current()?.routing.version, 5);
    assert.match(view.problem() ?? '', /not set up/);
  });

  it('never goes back within one ledger, but follows another one', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const view = openLedgerView(fake.ledger, silentLog);
    await view.refresh();
    fake.routes = stored(4, web('blue'));
    await view.refresh();
    assert.equal(view.current()?.routing.version, 5);
    fake.routes = stored(2, web('blue'), 'ledger-b');
    await view.refresh();
    assert.equal(view.current()?.routing.version, 2);
    assert.equal(view.current()?.routing.object, 'ledger-b');
  });

  it('tells its listeners of each new state once', async () => {
    const fake = fakeLedger();
    const view = openLedgerView(fake.ledger, silentLog);
    const told: number[] = [];
    const stop = view.onChange(({ routing }) => told.push(routing.version));
    await view.refresh();
    await view.refresh();
    fake.routes = stored(2, web('blue'));
    await view.refresh();
    stop();
    fake.routes = stored(3, web('green'));
    await view.refresh();
    assert.deepEqual(told, [1, 2]);
  });

  it('reads again for a call that came while a read was under way, and once for all of them', async () => {
    const fake = fakeLedger();
    const view = openLedgerView(fake.ledger, silentLog);
    let release_ = (): void => undefined;
    fake.gate = new Promise((resolve) => (release_ = resolve));
    const first = view.refresh();
    fake.routes = stored(2, {});
    const later = [view.refresh(), view.refresh(), view.refresh()];
    release_();
    fake.gate = undefined;
    await first;
    assert.equal(view.current()?.routing.version, 1);
    await Promise.all(later);
    assert.equal(view.current()?.routing.version, 2);
    assert.equal(fake.reads, 2);
  });

  it('reads a release anew after one was removed: its number may be used again', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const view = openLedgerView(fake.ledger, silentLog);
    await view.refresh();
    const before = view.current()?.services.hash;
    fake.releases.set(2, release(2, 4000));
    view.notice({ type: 'config', action: 'remove', id: 'x', name: 'shop-dev.release.2' });
    fake.routes = stored(6, web('green'));
    await view.refresh();
    assert.notEqual(view.current()?.services.hash, before);
  });

  it('has read a release when the routes name it, unless one of that number was removed since', async () => {
    const fake = fakeLedger();
    fake.routes = stored(5, web('green'));
    const view = openLedgerView(fake.ledger, silentLog);
    await view.refresh();
    const heard = (action: 'create' | 'remove'): void =>
      view.notice({ type: 'config', action, id: 'x', name: 'shop-dev.release.3' });
    const portAt = async (version: number): Promise<number | undefined> => {
      fake.routes = stored(version, { ...web('green'), slots: { 'web-blue': 1, 'web-green': 3 } });
      await view.refresh();
      return view.current()?.routing.services[0]?.slots[1]?.port;
    };
    fake.releases.set(3, release(3, 4000));
    heard('create');
    fake.releases.delete(3);
    assert.equal(await portAt(6), 4000);
    heard('remove');
    fake.releases.set(3, release(3, 5000));
    assert.equal(await portAt(7), 5000);
  });

  it('reads at an event of its own routes, and at no other', async () => {
    const fake = fakeLedger();
    const view = openLedgerView(fake.ledger, silentLog);
    for (const name of ['other.routes', 'shop-dev.acks', 'shop-dev.routes.old'])
      view.notice({ type: 'config', action: 'update', id: 'x', name });
    view.notice({ type: 'service', action: 'update', id: 'x', name: 'shop-dev.routes' });
    assert.equal(fake.reads, 0);
    view.notice({ type: 'config', action: 'update', id: 'x', name: 'shop-dev.routes' });
    assert.equal(fake.reads, 1);
    view.gap();
    await view.refresh();
    assert.ok(fake.reads >= 2, 'fake.reads >= 2');
  });
});
