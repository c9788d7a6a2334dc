/** What `tidegate.yaml` and the compose file say together, checked and with every default filled in. */
import type { NetworkDetails, SlotTemplate, RolloutPolicy, WorkerOrder } from '../swarm/ledger/release.ts';
import type { Change } from './fix/change.ts';
import type { Pin } from './fix/pin.ts';
import type { Place } from './report.ts';

export interface Project {
  readonly name: string;
  readonly environment: Environment;
  /** Those that are released, in the order of the compose file. */
  readonly services: readonly AppService[];
  /** Databases, brokers: created once, and never part of a release. In the order of the compose file. */
  readonly backing: readonly BackingService[];
  /** In the order of tidegate.yaml. */
  readonly suites: readonly Suite[];
}

export interface Environment {
  readonly name: string;
  /** `<project>-<environment>`. */
  readonly stack: string;
  readonly dockerContext: string | undefined;
  readonly protected: boolean;
  /** Public address, probed from the agent as well. */
  readonly url: string | undefined;
  readonly edge: EdgeSettings;
  /** `registry.example/shop`: where built images are pushed to. */
  readonly registry: string | undefined;
  readonly images: { readonly edge: string; readonly control: string };
  /** Who holds its flags; missing: Tidegate, in the environment's ledger. */
  readonly flagServer?: FlagServer;
  readonly variables: Readonly<Record<string, string>>;
}

/** A server of feature flags that is somebody else's. */
export interface FlagServer {
  readonly kind: 'unleash';
  /** Without a slash at its end, and without `/api`. */
  readonly url: string;
  readonly project: string;
  /** Its name there. */
  readonly environment: string;
  /** Variable of the caller that holds the token. */
  readonly tokenVariable: string;
  /** PEM file as it is written, seen from tidegate.yaml; `undefined`: public authorities. */
  readonly ca: string | undefined;
}

/** As it is written: the edge has its own defaults. */
export interface EdgeSettings {
  /** Published ports; without `http` there is a `network`. */
  readonly http?: number | undefined;
  readonly https?: number | undefined;
  /** Names for certificates. */
  readonly tls?: readonly string[] | undefined;
  /** Bytes. */
  readonly maxBody?: number | undefined;
  readonly maxHeader?: number | undefined;
  /** Networks in CIDR. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Name of an overlay network of somebody else's, on which a proxy in front reaches the edge. */
  readonly network?: string | undefined;
  /** Of the edge's service, for that proxy. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** What the compose file says of a service of any kind. */
export interface ServiceBase {
  readonly name: string;
  readonly source: ImageSource;
  /** Docker's service spec without name and image; `ContainerSpec.Image` is empty until the image is known. */
  readonly template: SlotTemplate;
  /** Names of the compose networks it is on, without the stack's prefix. */
  readonly networks: readonly string[];
  /** Of those of them about which more is said. */
  readonly networkUses: readonly NetworkUse[];
  /** Files its tasks mount; `template` names them in `ContainerSpec.Configs`. */
  readonly configs: readonly ConfigFile[];
  /** Secrets its tasks mount; `template` names them in `ContainerSpec.Secrets`. */
  readonly secrets: readonly SecretFile[];
  /** Configs and secrets its tasks mount that are in the Swarm already. */
  readonly externalFiles: readonly ExternalFile[];
  /** Services of the compose file that its `depends_on:` names. */
  readonly dependsOn: readonly string[];
}

/** A network of the compose file, and how a service is on it. */
export interface NetworkUse {
  /** In the compose file. */
  readonly key: string;
  readonly details: NetworkDetails;
  /** What the service is called there, besides its own name. */
  readonly aliases: readonly string[];
  /** Where the network is declared; `undefined`: nowhere, it is `default`. */
  readonly at: Place | undefined;
}

/** Runs once in a rollout that moves its service, in the new image, before anything is placed. */
export interface ReleaseCommand {
  /** Words; they take the place of the image's entry point. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

export type BackingService = ServiceBase;

/** One that is part of releases. */
export type AppService = WebService | WorkerService;

export interface WebService extends ServiceBase {
  readonly kind: 'web';
  readonly route: WebRoute;
  /** Path of the HTTP health check the edge uses. */
  readonly health: string;
  readonly releaseCommand?: ReleaseCommand;
  readonly replicas: number;
  readonly rollout: RolloutPolicy;
}

/** Without a route: it fetches its work itself. */
export interface WorkerService extends ServiceBase {
  readonly kind: 'worker';
  readonly order: WorkerOrder;
  readonly releaseCommand?: ReleaseCommand;
  /** 0 for one that runs on every node. */
  readonly replicas: number;
  readonly rollout: RolloutPolicy;
}

/** A config of the compose file, with its content. */
export interface ConfigFile {
  /** In the Swarm; another content has another name. */
  readonly name: string;
  readonly data: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A secret of the compose file. */
export interface SecretFile {
  /** In the Swarm, `<stack>_<key>`; with the digest of its content once the environment's key for that is known. */
  readonly name: string;
  /** A function, so that it gets into nothing that is printed or written down whole. */
  readonly content: () => Uint8Array;
  readonly labels: Readonly<Record<string, string>>;
}

export type FileKind = 'config' | 'secret';

/** A config or secret that somebody else puts into the Swarm. */
export interface ExternalFile {
  readonly kind: FileKind;
  readonly name: string;
  /** Where it is declared. */
  readonly at: Place;
}

export interface WebRoute {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Beginnings of paths, only where there are some; and whether the app is spared them. */
  readonly paths?: readonly string[];
  readonly stripPrefix?: true;
  /** Other services call it by its name: nobody but them, or users as well. */
  readonly internal?: 'only' | 'also';
}

export type ImageSource =
  | { readonly kind: 'image'; readonly ref: string }
  | {
      readonly kind: 'build';
      /** Folder inside the repository, `''` for its root; always with `/`, never leaving it. */
      readonly context: string;
      /** Path inside the repository. */
      readonly dockerfile: string;
      readonly target: string | undefined;
      readonly args: Readonly<Record<string, string>>;
    };

/** A test suite that has to pass before a release goes on. */
export interface Suite {
  readonly name: string;
  readonly stage: 'build' | 'preview' | 'live';
  /** The service it tests: it runs when that one gets another content. */
  readonly service: string;
  /** The image it runs in. */
  readonly source: ImageSource;
  /** False: `source` is the service's own, the very image that is released. */
  readonly hasOwnTarget: boolean;
  /** Words to run instead of what the image starts; `undefined`: what it starts. */
  readonly command: readonly string[] | undefined;
  /** File with JUnit XML or TAP, absolute or seen from the image's working folder. */
  readonly report: string | undefined;
  /** Of one run. */
  readonly timeoutMs: number;
  /** How often a failed run is tried again. */
  readonly retries: number;
}

/** Something wrong in a file, found without stopping at the first. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Path inside the repository. */
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** Stable, `compose.unsupported-key`. */
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly hint: string;
  /** What makes it go, where a machine can do that. */
  readonly change?: Change | undefined;
  /** An image that whoever knows its digest can pin. */
  readonly pin?: Pin | undefined;
}

/** Reads a file of a commit or of the checkout; `undefined` when it is not there. Paths use `/`. */
export type ReadFile = (path: string) => Promise<string | undefined>;
