/**
 * Names in the Swarm. Everything Tidegate creates is named and labelled here, and only what carries its
 * labels is ever changed or removed (invariant 11).
 */
export type Colour = 'blue' | 'green';

export const colours: readonly Colour[] = ['blue', 'green'];

export function otherColour(colour: Colour): Colour {
  return colour === 'blue' ? 'green' : 'blue';
}

/** A slot as it is written in the ledger, in HAProxy's configuration and in messages: `web-blue`. */
export type SlotKey = `${string}-${Colour}`;

export function slotKey(service: string, colour: Colour): SlotKey {
  return `${service}-${colour}`;
}

export function parseSlotKey(key: string): { service: string; colour: Colour } | undefined {
  const match = /^(.+)-(blue|green)$/.exec(key);
  const [, service, colour] = match ?? [];
  return service !== undefined && colour !== undefined ? { service, colour: colour as Colour } : undefined;
}

export function stackName(project: string, environment: string): string {
  return `${project}-${environment}`;
}

/** Swarm's name of the service in a slot. */
export function slotServiceName(stack: string, service: string, colour: Colour): string {
  return `${stack}_${service}-${colour}`;
}

export const names = {
  edge: (stack: string) => `${stack}_tidegate-edge`,
  /** What a proxy in front finds the edges by, on the network it shares with them. */
  edgeAlias: (stack: string) => `tidegate-${stack}`,
  /** A database or broker: it has no slots. */
  backing: (stack: string, service: string) => `${stack}_${service}`,
  control: (stack: string) => `${stack}_tidegate-control`,
  /** The edge inside, between services: it has their names. */
  mesh: (stack: string) => `${stack}_tidegate-mesh`,
  /** Overlay network between edges and slots. */
  edgeNetwork: (stack: string) => `${stack}_tidegate`,
  /** Overlay network between edges and control; no slot is on it. */
  controlNetwork: (stack: string) => `${stack}_tidegate-control`,
  /** A task that runs once; `id`: six random characters. Not longer than the name of control. */
  run: (stack: string, id: string) => `${stack}_tidegate-r${id}`,
  network: (stack: string, network: string) => `${stack}_${network}`,
  routes: (stack: string) => `${stack}.routes`,
  acks: (stack: string) => `${stack}.acks`,
  keys: (stack: string) => `${stack}.keys`,
  rollout: (stack: string, id: string) => `${stack}.rollout.${id}`,
  release: (stack: string, number: number) => `${stack}.release.${number}`,
  /** A file that Tidegate mounts into its own tasks; `digest`: 12 characters of its content's. */
  file: (stack: string, kind: 'edge-config' | 'edge-task' | 'mesh-config' | 'control', digest: string) =>
    `${stack}.${kind}.${digest}`,
  /** A config of the compose file; `digest`: 12 characters of its content's. */
  config: (stack: string, config: string, digest: string) => `${stack}_${config}-${digest}`,
  /** A secret of the compose file; `digest`: 12 characters of its content's, keyed. */
  secret: (stack: string, secret: string, digest: string) => `${stack}_${secret}-${digest}`,
  /** A secret: certificate and key; `version`: 12 characters of its content's digest. */
  certificate: (stack: string, version: string) => `${stack}.certificate.${version}`,
  audit: (stack: string, page: number) => `${stack}.audit.${page}`,
  flags: (stack: string) => `${stack}.flags`,
  flagDefinitions: (stack: string, number: number) => `${stack}.flags.${number}`,
  flagAcks: (stack: string) => `${stack}.flag-acks`,
  flagCounts: (stack: string) => `${stack}.flag-counts`,
  traffic: (stack: string) => `${stack}.traffic`,
} as const;

/** The mesh listens on these itself; on every other port it can listen for a service. */
export const meshOwnPorts: readonly number[] = [7001, 8405];

export const labels = {
  /** On every object of ours: the stack it belongs to. */
  stack: 'tidegate.stack',
  /** On every object of ours: what it is (`slot`, `edge`, `mesh`, `control`, `network`, `routes`, `release`, …). */
  object: 'tidegate.object',
  service: 'tidegate.service',
  slot: 'tidegate.slot',
  release: 'tidegate.release',
  /** On images: the content key they were built from. */
  key: 'tidegate.key',
  /** On backing services: what they were made from, packed. */
  content: 'tidegate.content',
  /** On edge and control: a digest of the spec Tidegate wrote, so that setup sees what changed. */
  spec: 'tidegate.spec',
  /** On secrets that hold a certificate: its name in tidegate.yaml, and its version. */
  certificate: 'tidegate.certificate',
  version: 'tidegate.version',
  /** What `docker stack ps` looks for. On services and networks only, never on ledger objects. */
  stackNamespace: 'com.docker.stack.namespace',
} as const;
