import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identity, working } from '../../../agent/server/identity.ts';

describe('who we are in the ledger', () => {
  const me = identity();

  it('is a name without spaces and colons, of one process', () => {
    assert.match(me.driver, /^[^\s:@]+@[^\s:/]+\/\d+\/[0-9a-f]{8}$/);
    assert.ok(
      me.driver.startsWith(`${me.by}/${process.pid}/`),
      'me.driver.startsWith(`${me.by}/${process.pid}/`)',
    );
    assert.notEqual(identity().driver, me.driver);
  });

  it('is alive', () => {
    assert.equal(me.stateOf(me.driver), 'alive');
  });

  it('tells that a process of this machine has gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const { pid } = child;
    await once(child, 'exit');
    assert.equal(me.stateOf(`${me.by}/${pid}/00000000`), 'dead');
  });

  it('tells a driver of this process that is at work from one whose request has ended', async () => {
    const other = identity();
    assert.equal(me.stateOf(other.driver), 'dead');
    assert.equal(await working(other, () => Promise.resolve(me.stateOf(other.driver))), 'alive');
    await working(other, () => Promise.reject(new Error('failed'))).catch(() => undefined);
    assert.equal(me.stateOf(other.driver), 'dead');
  });

  it('takes a process of somebody else on this machine for alive', () => {
    assert.equal(me.stateOf(`${me.by}/1/00000000`), 'alive');
  });

  for (const other of ['ann@elsewhere/1/00000000', 'control', '', 'ann@', 'shop-dev_control/abc'])
    it(`knows nothing about ${JSON.stringify(other)}`, () => {
      assert.equal(me.stateOf(other), 'unknown');
    });
});
