/** Exit codes: a promise to scripts, as fixed by the design (docs/cli.md). */
import type { ErrorCode } from '../protocol/codes.ts';
import type { Outcome } from '../protocol/methods.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  reverted: 3,
  partial: 4,
  busy: 5,
  cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** How a command ended. */
export type Ending =
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly reason: string }
  | { readonly kind: 'error'; readonly code: ErrorCode };

/**
 * `interrupted`: somebody pressed Ctrl-C. It makes a failure or a way back a cancellation; what was done in
 * spite of it, or is left half way, stays what it is: the code says what is true, not what was wished for.
 */
export function exitCodeOf(ending: Ending, { interrupted }: { readonly interrupted: boolean }): ExitCode {
  const code = ending.kind === 'error' ? byError[ending.code] : ofOutcome(ending);
  return interrupted && (code === exitCodes.failed || code === exitCodes.reverted)
    ? exitCodes.cancelled
    : code;
}

function ofOutcome({ outcome, reason }: Extract<Ending, { kind: 'outcome' }>): ExitCode {
  switch (outcome) {
    case 'done':
    case 'unchanged':
    case 'held':
      return exitCodes.done;
    case 'failed':
      return reason === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
    case 'reverted':
      return reason === 'cancelled' ? exitCodes.cancelled : exitCodes.reverted;
    case 'partial':
      return exitCodes.partial;
  }
}

const byError: Readonly<Record<ErrorCode, ExitCode>> = {
  'usage.invalid': exitCodes.usage,
  'config.invalid': exitCodes.usage,
  'config.missing': exitCodes.usage,
  'config.exists': exitCodes.usage,
  'config.unknown-environment': exitCodes.usage,
  'git.not-a-repository': exitCodes.usage,
  'git.unknown-ref': exitCodes.usage,
  'git.unsupported-repository': exitCodes.usage,
  'git.unreadable': exitCodes.usage,
  'engine.unreachable': exitCodes.failed,
  'engine.denied': exitCodes.failed,
  'engine.unknown-context': exitCodes.usage,
  'engine.no-ssh': exitCodes.failed,
  'engine.unknown-host': exitCodes.failed,
  'engine.key-refused': exitCodes.failed,
  'engine.no-docker': exitCodes.failed,
  'engine.untrusted': exitCodes.failed,
  'engine.unsupported': exitCodes.failed,
  'engine.failed': exitCodes.failed,
  'engine.disk-full': exitCodes.failed,
  'swarm.inactive': exitCodes.failed,
  'swarm.not-a-manager': exitCodes.failed,
  'swarm.conflict': exitCodes.busy,
  'swarm.needs-registry': exitCodes.failed,
  'environment.not-set-up': exitCodes.failed,
  'environment.going-down': exitCodes.failed,
  'environment.outdated': exitCodes.failed,
  'environment.protected': exitCodes.usage,
  'edge.port-taken': exitCodes.failed,
  'edge.no-network': exitCodes.failed,
  'edge.not-ready': exitCodes.failed,
  'control.not-ready': exitCodes.failed,
  'certificate.refused': exitCodes.usage,
  'backing.unconfirmed': exitCodes.usage,
  'backing.not-ready': exitCodes.failed,
  'build.failed': exitCodes.failed,
  'build.cancelled': exitCodes.cancelled,
  'build.unsupported': exitCodes.failed,
  'image.missing': exitCodes.failed,
  'registry.denied': exitCodes.failed,
  'registry.unreachable': exitCodes.failed,
  'registry.login-failed': exitCodes.failed,
  'ledger.corrupt': exitCodes.failed,
  'ledger.busy': exitCodes.busy,
  'ledger.fenced': exitCodes.busy,
  'release.unknown': exitCodes.usage,
  'release.nothing-to-go-back-to': exitCodes.failed,
  'release.cannot-be-restored': exitCodes.failed,
  'release.kind-changed': exitCodes.failed,
  'rollout.none': exitCodes.failed,
  'rollout.failed': exitCodes.failed,
  'rollout.partial': exitCodes.partial,
  // Control goes on with it, and nobody here sees how it ends.
  'rollout.left': exitCodes.partial,
  'flags.unknown': exitCodes.usage,
  'flags.no-share': exitCodes.usage,
  'flags.token-in-use': exitCodes.failed,
  'flags.too-many': exitCodes.failed,
  'flags.no-variant': exitCodes.usage,
  'flags.no-file': exitCodes.usage,
  'flags.cannot-edit': exitCodes.usage,
  'flags.nothing-to-undo': exitCodes.failed,
  'flags.changed-since': exitCodes.busy,
  'flags.states-unknown': exitCodes.failed,
  'flags.exists': exitCodes.usage,
  'flags.unreadable': exitCodes.usage,
  'flags.wrong-value': exitCodes.usage,
  'flags.port-taken': exitCodes.failed,
  'flags.no-token': exitCodes.usage,
  'flags.token-refused': exitCodes.failed,
  'flags.forbidden': exitCodes.failed,
  'flags.not-there': exitCodes.usage,
  'flags.conflict': exitCodes.busy,
  'flags.too-many-requests': exitCodes.busy,
  'flags.refused': exitCodes.failed,
  'flags.unreachable': exitCodes.failed,
  'flags.untrusted': exitCodes.failed,
  'flags.server-failed': exitCodes.failed,
  'flags.at-server': exitCodes.usage,
  'flags.from-file': exitCodes.usage,
  // Nobody here knows how far the agent got: somebody has to look.
  'agent.disconnected': exitCodes.partial,
  'agent.running': exitCodes.busy,
  'agent.unsafe': exitCodes.failed,
  cancelled: exitCodes.cancelled,
  internal: exitCodes.failed,
};
