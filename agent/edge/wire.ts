/** Names that the edge, control and the agent have to agree on. */

/** Where everything lies inside an edge's container. */
export const edgePaths = {
  config: '/etc/tidegate/edge.cfg',
  lua: '/etc/tidegate/edge.lua',
  state: '/state',
  map: '/state/state.map',
  servers: '/state/servers.state',
  /** What certificate for which names; the files it lists are beside it. */
  certificates: '/state/certificates.list',
  master: '/state/master.sock',
  /**
   * Where Swarm gives names to tasks that can serve (mesh, edges behind a proxy): there from the moment on that it may be
   * called. No `.cfg`, or HAProxy would load it.
   */
  ready: '/state/ready',
} as const;

export const edgePorts = {
  /** The public door, published on the node. */
  public: 8080,
  /** The same over TLS, published where the environment has `edge.https`. */
  tls: 8443,
  /** Readiness and metrics; never published. */
  internal: 8405,
  /** Only inside the container: the way of the Lua task to control. */
  local: 7001,
  /** For services of the environment: their way to the feature flags. Never published. */
  flags: 8406,
  /** The same as flagd's sync service, over gRPC. The port that flagd's SDKs ask by themselves. */
  flagd: 8015,
} as const;

export const controlPort = 7000;
/** Control's other port: flagd's sync service, which is gRPC and nothing else. */
export const controlFlagdPort = 7015;

/** Set in the tasks of the mesh, and there alone: the files they read are those of edges. */
export const meshVariable = 'TIDEGATE_MESH';

/** Set in edges that are found by name as the mesh is: they tell when they can serve. */
export const namedVariable = 'TIDEGATE_NAMED';

/** What every edge is called on the network it shares with slots. Compose services cannot have that name. */
export const flagsHost = 'tidegate-flags';

/** The same in every environment, and for ever: slots are given it when they are placed. */
export const flagsUrl = `http://${flagsHost}:${edgePorts.flags}`;

/** Lower case, as HAProxy and Node compare them. */
export const headers = {
  /** Carries the probe key; without the right one it means nothing. */
  probe: 'x-tidegate-key',
  /** With a probe key: the colour to ask instead of the one users get. */
  slot: 'x-tidegate-slot',
  /** With a probe key: what the app is asked for once the way to it has been found by the path of the request. */
  path: 'x-tidegate-path',
  /** What the edge answers a probe: `<service>-<colour> <release> <address>`. */
  answer: 'x-tidegate-answer',
  /** A preview token (test suites; browsers carry it in a cookie). */
  preview: 'x-tidegate-preview',
} as const;

/** Both the parameter of a preview link and the cookie it becomes. */
export const previewName = 'tidegate_preview';

/** Cookie of an anonymous user's place in a canary, 0..9999. */
export const bucketCookie = 'tidegate_bucket';

/** Longest life of a preview link. */
export const previewMaxSeconds = 86_400;
