import assert from 'node:assert/strict';
import { countSpan, sawFlag } from '../../../scripts/demo/traffic.ts';
import type { Sample } from '../../support/load.ts';

const sample = (start: number, end: number, version: string, status = 200): Sample => ({
  start,
  end,
  status,
  version,
});
const span = { from: 100, acknowledged: 150, until: 200, live: '2' };

describe('what the demo counts', () => {
  it('is every request that ended between the beginnings of two steps', () => {
    const samples = [sample(90, 99, '1'), sample(95, 100, '1'), sample(190, 199, '2'), sample(195, 200, '2')];
    assert.equal(countSpan(samples, span).requests, 2);
  });

  it('is an old answer when its request was started after the acknowledgement, and only then', () => {
    assert.equal(countSpan([sample(149, 180, '1'), sample(160, 170, '2')], span).stale, 0);
    assert.equal(countSpan([sample(151, 155, '1')], span).stale, 1);
    assert.equal(countSpan([sample(199, 260, '1')], span).stale, 1, 'even if it ended in the next step');
  });

  it('is a failure without an answer, and with an error: neither is an old answer', () => {
    const samples = [sample(160, 165, '', 0), sample(170, 175, '1', 503), sample(180, 185, '2')];
    assert.deepEqual(countSpan(samples, span), { requests: 3, failed: 2, stale: 0 });
  });

  it('is no old answer of a step that never got its acknowledgement', () => {
    assert.equal(countSpan([sample(160, 165, '1')], { ...span, acknowledged: Infinity }).stale, 0);
  });

  it('is a flag that was switched when every visitor from a second later on saw it', () => {
    const visit = (start: number, freeDelivery?: string): Sample => ({
      ...sample(start, start + 5, '2'),
      ...(freeDelivery !== undefined && { freeDelivery }),
    });
    const long = { ...span, until: 2_000 };
    assert.equal(sawFlag([visit(900, 'off'), visit(1_200, 'on'), visit(1_300, 'on')], long, 'on'), true);
    assert.equal(sawFlag([visit(1_200, 'on'), visit(1_300, 'off')], long, 'on'), false);
    assert.equal(sawFlag([visit(1_200, 'off')], long, 'off'), true);
    assert.equal(sawFlag([visit(1_200)], long, 'off'), false, 'a page that says nothing of it');
    assert.equal(sawFlag([visit(900, 'on'), visit(2_100, 'on')], long, 'on'), false, 'nobody came');
  });
});
