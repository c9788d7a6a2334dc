import assert from 'node:assert/strict';
import { covers } from '../../../agent/infra/edge-exchange.ts';

describe('an edge that is to be exchanged', () => {
  it('is one that lacks something of what is wanted, whatever the engine wrote beside it', () => {
    const there = { ContainerSpec: { Image: 'a', Env: ['A=1'], Isolation: 'default' }, ForceUpdate: 0 };
    assert.ok(covers(there, { ContainerSpec: { Image: 'a', Env: ['A=1'] } }), 'defaults of the engine');
    assert.ok(covers(there, { ContainerSpec: { Image: 'a' }, Placement: {} }), 'nothing is wanted there');
    for (const wanted of [
      { ContainerSpec: { Image: 'b' } },
      { ContainerSpec: { Env: ['A=1', 'B=2'] } },
      { ContainerSpec: { Env: ['A=2'] } },
      { Networks: [{ Target: 'n' }] },
    ])
      assert.ok(!covers(there, wanted), JSON.stringify(wanted));
  });
});
