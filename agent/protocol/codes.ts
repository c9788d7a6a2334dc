/**
 * The closed list of error codes. A code is a promise to clients: they may match on it, never on a message.
 * The part before the dot names the room that noticed.
 */
export type ErrorCode =
  // usage and configuration: the caller has to change something
  | 'usage.invalid'
  | 'config.invalid'
  | 'config.missing'
  | 'config.exists'
  | 'config.unknown-environment'
  | 'git.not-a-repository'
  | 'git.unknown-ref'
  | 'git.unsupported-repository'
  | 'git.unreadable'
  // the engine and the cluster
  | 'engine.unreachable'
  | 'engine.denied'
  | 'engine.unknown-context'
  | 'engine.no-ssh'
  | 'engine.unknown-host'
  | 'engine.key-refused'
  | 'engine.no-docker'
  | 'engine.untrusted'
  | 'engine.unsupported'
  | 'engine.failed'
  | 'engine.disk-full'
  | 'swarm.inactive'
  | 'swarm.not-a-manager'
  | 'swarm.conflict'
  | 'swarm.needs-registry'
  | 'environment.not-set-up'
  | 'environment.going-down'
  | 'environment.outdated'
  | 'environment.protected'
  | 'edge.port-taken'
  | 'edge.no-network'
  | 'edge.not-ready'
  | 'control.not-ready'
  | 'certificate.refused'
  | 'backing.unconfirmed'
  | 'backing.not-ready'
  // building
  | 'build.failed'
  | 'build.cancelled'
  | 'build.unsupported'
  | 'image.missing'
  // a registry, as the engine reaches it
  | 'registry.denied'
  | 'registry.unreachable'
  | 'registry.login-failed'
  // the ledger
  | 'ledger.corrupt'
  | 'ledger.busy'
  | 'ledger.fenced'
  // releasing
  | 'release.unknown'
  | 'release.nothing-to-go-back-to'
  | 'release.cannot-be-restored'
  | 'release.kind-changed'
  | 'rollout.none'
  | 'rollout.failed'
  | 'rollout.partial'
  | 'rollout.left'
  // feature flags
  | 'flags.unknown'
  | 'flags.no-share'
  | 'flags.no-variant'
  // the connection between a client and its agent
  | 'agent.disconnected'
  | 'agent.running'
  | 'agent.unsafe'
  | 'cancelled'
  | 'internal';
