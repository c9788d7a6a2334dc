import assert from 'node:assert/strict';
import { openFlagsView } from '../../../agent/cluster/flags-view.ts';
import { openLedgerView } from '../../../agent/cluster/ledger-view.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { names } from '../../../agent/common/names.ts';
import { openLedger, type Ledger } from '../../../agent/swarm/ledger/ledger.ts';
import { emptyRoutes } from '../../../agent/swarm/ledger/routes.ts';
import { withChange } from '../../../agent/swarm/ledger/flags.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';
import { flag, live } from '../flags/environment.ts';
import { aRecord, stack } from '../ledger/samples.ts';

describe('the flags that control serves', () => {
  async function opened(change: (ledger: Ledger) => Ledger = (ledger) => ledger) {
    const cluster = new FakeCluster();
    const ledger = openLedger(cluster.view(), stack);
    await Promise.all([ledger.acks.create(), ledger.keys.create(), ledger.routes.create()]);
    const { number } = await ledger.releases.add(aRecord({ flags: [flag('a')] }), 'r');
    await ledger.routes.change(() => ({ ...emptyRoutes, ...live(number) }));
    const own = change(ledger);
    const view = openLedgerView(own, silentLog);
    await view.refresh();
    const tasks = () => Promise.resolve(['t1']);
    const flags = openFlagsView({ ...{ ledger: own, view, tasks }, task: 't1', log: silentLog });
    const set = (to: 'on' | 'off'): Promise<unknown> =>
      ledger.flags.change((all) => withChange(all, { key: 'a', to, at: 't', by: 'ann' }));
    const value = (): unknown => flags.document()?.flags.get('a')?.evaluate({});
    return { cluster, ledger, view, flags, set, value };
  }

  it('are read anew while the word about those before is on its way, however long that takes', async () => {
    const { flags, set, value } = await opened((ledger) => ({
      ...ledger,
      flagAcks: { ...ledger.flagAcks, write: () => new Promise(() => undefined) },
    }));
    for (const to of ['on', 'off', 'on'] as const) {
      const told = new Promise<void>((resolve) => flags.onChange(() => resolve()));
      await set(to);
      void flags.refresh();
      await told;
      assert.deepEqual(value(), { variant: to, value: to === 'on', reason: 'STATIC' });
    }
  });

  it('go on with the states that were read, under the definitions of the next release, while nobody can read the states', async () => {
    const { cluster, ledger, view, flags, set, value } = await opened();
    await set('on');
    await flags.refresh();
    const object = cluster.config(names.flags(stack));
    assert.ok(object, 'a flag was switched');
    cluster.setLabels(object, { ...object.labels, 'flag.a': 'perhaps' });
    const { number } = await ledger.releases.add(aRecord({ flags: [flag('a'), flag('b')] }), 's');
    await ledger.routes.change(() => ({ ...emptyRoutes, ...live(number) }));
    await view.refresh();
    await flags.refresh();
    assert.match(flags.problem() ?? '', /"perhaps"/);
    assert.deepEqual([...(flags.document()?.flags.keys() ?? [])], ['a', 'b']);
    assert.deepEqual(value(), { variant: 'on', value: true, reason: 'STATIC' });
  });
});
