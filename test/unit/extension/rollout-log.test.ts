import assert from 'node:assert/strict';
import type { ProgressEvent } from '../../../agent/protocol/methods.ts';
import { RolloutLog, writeEvent } from '../../../extension/rollout-log.ts';

describe('the log of rollouts', () => {
  let written: string[];
  const output = {
    info: (text: string) => void written.push(`info ${text}`),
    warn: (text: string) => void written.push(`warn ${text}`),
    error: (text: string | Error) => void written.push(`error ${String(text)}`),
  };
  beforeEach(() => {
    written = [];
  });

  const about = { folder: '/shop', environment: 'dev' };
  const phase = (name: string): ProgressEvent => ({ kind: 'phase', rollout: 'r', phase: name, detail: '' });
  const line: ProgressEvent = { kind: 'line', source: 'build web', stream: 'stderr', text: 'npm ci' };
  const at = { file: 'web/Dockerfile', line: 3, column: 1 };

  it('has each step at the level that it deserves, with the lines of its builds', () => {
    writeEvent(output, phase('building'));
    writeEvent(output, line);
    writeEvent(output, { kind: 'note', level: 'warning', text: 'slow' });
    writeEvent(output, { kind: 'problem', ...at, code: 'build.failed', message: 'exit 1' });
    assert.deepEqual(written, [
      ...['info building', 'info [build web] npm ci', 'warn slow', 'error web/Dockerfile:3:1 exit 1'],
    ]);
  });

  it('says of what others drive which environment it is, once however often it is told', () => {
    const log = new RolloutLog(output);
    for (const event of [phase('placing'), phase('placing'), line, phase('verifying')])
      log.watched(about, 'r', event);
    assert.deepEqual(written, ['info dev: placing', 'info dev: verifying']);
  });

  it("leaves this window's own rollouts to their calls", () => {
    const log = new RolloutLog(output);
    log.event(about, undefined, phase('planned'));
    log.event(about, 'r', phase('placing'));
    log.watched(about, 'r', phase('placing'));
    log.watched(about, 'other', phase('placing'));
    assert.deepEqual(written, ['info dev: placing']);
  });
});
