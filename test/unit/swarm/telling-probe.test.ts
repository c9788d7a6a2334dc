import assert from 'node:assert/strict';
import { tellingProbe } from '../../../agent/swarm/telling-probe.ts';

const refused = { exitCode: 1, output: 'connection refused' };
const broken = { exitCode: 1, output: '503' };
const well = { exitCode: 0, output: 'ok' };

describe('the health check that is told', () => {
  it('is what most failed ones said, and not what came while the program was stopped or began', () => {
    assert.equal(tellingProbe([refused, broken, broken, broken, refused]), broken);
    assert.equal(tellingProbe([broken, broken, broken, refused]), broken);
  });

  it('is the newest where each says something else', () => {
    assert.equal(tellingProbe([refused, broken]), broken);
    assert.equal(tellingProbe([broken, refused, refused, broken]), broken);
  });

  it('is the last one where none failed, and none where none was made', () => {
    assert.equal(tellingProbe([well, well]), well);
    assert.equal(tellingProbe([broken, well]), broken);
    assert.equal(tellingProbe([]), undefined);
  });
});
