/** Every state and every event of the machine, and where they lead, as a text that people can read. */
import { phaseName, transition, type Effect, type RolloutEvent } from '../../../agent/release/machine.ts';
import { phase as phaseSchema } from '../../../agent/swarm/ledger/rollout.ts';
import type { Phase, RolloutHead, RolloutState } from '../../../agent/swarm/ledger/rollout.ts';

export const phases: readonly Phase[] = [
  { name: 'planned' },
  { name: 'building' },
  { name: 'testing' },
  { name: 'releasing', command: 0 },
  { name: 'releasing', command: 1 },
  { name: 'placing' },
  { name: 'verifying' },
  { name: 'shifting', step: 0, stage: 'moving' },
  { name: 'shifting', step: 0, stage: 'holding' },
  { name: 'shifting', step: 1, stage: 'moving' },
  { name: 'shifting', step: 1, stage: 'holding' },
  { name: 'replacing' },
  { name: 'promoted' },
  { name: 'testing-live' },
  { name: 'settling', stage: 'retiring' },
  { name: 'settling', stage: 'draining' },
  { name: 'settling', stage: 'warm' },
  { name: 'settling', stage: 'emptying' },
  { name: 'done' },
  { name: 'aborting', stage: 'ending-command' },
  { name: 'aborting', stage: 'reverting' },
  { name: 'aborting', stage: 'restoring' },
  { name: 'aborting', stage: 'draining' },
  { name: 'aborting', stage: 'emptying' },
  { name: 'aborted' },
  { name: 'partial', toward: 'promoted' },
  { name: 'partial', toward: 'aborting' },
];

/** Keyed by type, so that the compiler refuses a machine with an event that is not here. */
const eventOf: { readonly [T in RolloutEvent['type']]: Extract<RolloutEvent, { type: T }> } = {
  claimed: { type: 'claimed' },
  built: { type: 'built', release: 7 },
  tested: { type: 'tested' },
  'command-done': { type: 'command-done' },
  'command-ended': { type: 'command-ended' },
  placed: { type: 'placed' },
  verified: { type: 'verified' },
  replaced: { type: 'replaced' },
  shifted: { type: 'shifted' },
  held: { type: 'held' },
  proven: { type: 'proven' },
  reverted: { type: 'reverted' },
  restored: { type: 'restored' },
  retired: { type: 'retired' },
  unacknowledged: { type: 'unacknowledged', detail: 'n1: the node is down' },
  drained: { type: 'drained', closed: 2 },
  'warm-over': { type: 'warm-over' },
  emptied: { type: 'emptied' },
  failed: { type: 'failed', reason: 'never-healthy', detail: 'no answer' },
  promote: { type: 'promote' },
  abort: { type: 'abort', reason: 'aborted-by-user', detail: 'by ann' },
  superseded: { type: 'superseded' },
};
export const events: readonly RolloutEvent[] = Object.values(eventOf);

const base: RolloutHead = {
  format: 1,
  id: 'r1',
  stack: 'shop-dev',
  kind: 'deploy',
  by: 'ann@laptop',
  at: '2026-01-01T00:00:00.000Z',
  ref: 'v1',
  commit: 'c0ffee',
  tag: 'v1',
  restores: null,
  warm: false,
  moves: [{ service: 'web', from: 'blue', to: 'green', fromRelease: 1 }],
  steps: [],
  drainMs: 1_000,
  keepWarmMs: 1_000,
  deadlineMs: 1_000,
  unattended: 'revert',
};
const aWorker = {
  service: 'mailer',
  from: 'blue',
  to: 'green',
  fromRelease: 1,
  worker: 'stop-first',
} as const;
const aCommand = (service: string) => ({ service, command: ['migrate'], timeoutMs: 1_000 });
const heads = {
  plain: base,
  'two steps': {
    ...base,
    steps: [
      { share: 0, holdMs: null },
      { share: 2_500, holdMs: 50 },
    ],
  },
  'first deploy': { ...base, moves: [{ service: 'web', from: null, to: 'blue', fromRelease: null }] },
  'live suites': { ...base, liveSuites: true },
  'two commands': { ...base, commands: [aCommand('api'), aCommand('web')] },
  'warm rollback': { ...base, kind: 'rollback', warm: true },
  'web and worker': { ...base, moves: [...base.moves, aWorker] },
  'worker alone': { ...base, moves: [aWorker] },
  'warm rollback with a worker': { ...base, kind: 'rollback', warm: true, moves: [...base.moves, aWorker] },
} as const satisfies Record<string, RolloutHead>;

export const headNames = Object.keys(heads) as readonly (keyof typeof heads)[];

export function headNamed(name: keyof typeof heads): RolloutHead {
  return heads[name];
}

export function aState(phase: Phase, moved: boolean): RolloutState {
  const trail = [{ phase: phaseName(phaseSchema.parse(phase)), at: 1 }];
  return { phase, reason: 'completed', detail: '', release: 3, moved, closed: 0, since: 1, trail };
}

export function tableText(): string {
  const parts = headNames.map((name) => `# ${name}\n${phases.map((phase) => section(name, phase)).join('')}`);
  return parts.join('\n');
}

/** One line for each event that means something; the others are named together. */
function section(name: keyof typeof heads, phase: Phase): string {
  const lines: string[] = [];
  const ignored: string[] = [];
  for (const event of events) {
    const unmoved = arrow(heads[name], phase, event, false);
    const moved = arrow(heads[name], phase, event, true);
    if (unmoved === undefined && moved === undefined) ignored.push(event.type);
    else if (unmoved === moved) lines.push(`  ${event.type} > ${moved ?? '-'}`);
    else lines.push(`  ${event.type} > ${unmoved ?? '-'}  (once moved: ${moved ?? '-'})`);
  }
  return `${phaseName(phase)}\n${lines.map((line) => `${line}\n`).join('')}  ignores ${ignored.join(' ')}\n`;
}

function arrow(head: RolloutHead, phase: Phase, event: RolloutEvent, moved: boolean): string | undefined {
  const before = { ...aState(phase, moved), reason: null };
  const { state, effect, changed } = transition(head, before, event, 2);
  if (!changed) return undefined;
  const reason = state.reason === null ? '' : ` [${state.reason}]`;
  return `${phaseName(state.phase)}${reason}, then ${effectText(effect)}`;
}

function effectText(effect: Effect): string {
  const { do: what, ...rest } = effect;
  return [what, ...Object.values(rest).map((value) => String(value))].join(' ');
}
