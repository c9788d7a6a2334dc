import assert from 'node:assert/strict';
import { exitCodeOf, type Ending } from '../../../agent/cli/exit-code.ts';
import type { ErrorCode } from '../../../agent/protocol/codes.ts';
import type { Outcome } from '../../../agent/protocol/methods.ts';

const outcome = (outcome: Outcome, reason = 'completed'): Ending => ({ kind: 'outcome', outcome, reason });
const error = (code: ErrorCode): Ending => ({ kind: 'error', code });

describe('the exit code', () => {
  const table: [Ending, number, number][] = [
    // ending, exit code, exit code after Ctrl-C
    [outcome('done'), 0, 0],
    [outcome('unchanged'), 0, 0],
    [outcome('held'), 0, 0],
    [outcome('failed', 'build-failed'), 1, 130],
    [outcome('failed', 'cancelled'), 130, 130],
    [outcome('reverted', 'never-healthy'), 3, 130],
    [outcome('reverted', 'cancelled'), 130, 130],
    [outcome('reverted', 'aborted-by-user'), 3, 130],
    [outcome('partial', 'edges-unacknowledged'), 4, 4],
    [outcome('partial', 'cancelled'), 4, 4],
    [error('usage.invalid'), 2, 2],
    [error('config.invalid'), 2, 2],
    [error('config.missing'), 2, 2],
    [error('config.unknown-environment'), 2, 2],
    [error('git.not-a-repository'), 2, 2],
    [error('git.unknown-ref'), 2, 2],
    [error('release.unknown'), 2, 2],
    [error('engine.unreachable'), 1, 130],
    [error('swarm.inactive'), 1, 130],
    [error('environment.not-set-up'), 1, 130],
    [error('build.failed'), 1, 130],
    [error('build.cancelled'), 130, 130],
    [error('ledger.corrupt'), 1, 130],
    [error('ledger.busy'), 5, 5],
    [error('ledger.fenced'), 5, 5],
    [error('swarm.conflict'), 5, 5],
    [error('rollout.none'), 1, 130],
    [error('rollout.failed'), 1, 130],
    [error('rollout.partial'), 4, 4],
    [error('agent.disconnected'), 4, 4],
    [error('cancelled'), 130, 130],
    [error('internal'), 1, 130],
  ];
  for (const [ending, code, interrupted] of table) {
    const name = ending.kind === 'error' ? ending.code : `${ending.outcome} (${ending.reason})`;
    it(`of ${name} is ${code}, after Ctrl-C ${interrupted}`, () => {
      assert.equal(exitCodeOf(ending, { interrupted: false }), code);
      assert.equal(exitCodeOf(ending, { interrupted: true }), interrupted);
    });
  }
});
