/** What `tidegate.yaml` and the compose file say together, checked and with every default filled in. */
import type { SlotTemplate, RolloutPolicy } from '../swarm/ledger/release.ts';

export interface Project {
  readonly name: string;
  readonly environment: Environment;
  /** In the order of the compose file. */
  readonly services: readonly WebService[];
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
  readonly images: { readonly edge: string; readonly control: string };
  readonly variables: Readonly<Record<string, string>>;
}

/** As it is written: the edge has its own defaults. */
export interface EdgeSettings {
  /** Published ports. */
  readonly http: number;
  readonly https?: number | undefined;
  /** Names for certificates. */
  readonly tls?: readonly string[] | undefined;
  /** Bytes. */
  readonly maxBody?: number | undefined;
  readonly maxHeader?: number | undefined;
  /** Networks in CIDR. */
  readonly trustedProxies?: readonly string[] | undefined;
}

export interface WebService {
  readonly name: string;
  readonly route: WebRoute;
  /** Path of the HTTP health check the edge uses. */
  readonly health: string;
  readonly replicas: number;
  readonly rollout: RolloutPolicy;
  readonly source: ImageSource;
  /** Docker's service spec without name and image; `ContainerSpec.Image` is empty until the image is known. */
  readonly template: SlotTemplate;
  /** Names of the compose networks it is on, without the stack's prefix. */
  readonly networks: readonly string[];
}

export interface WebRoute {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Beginnings of paths, only where there are some; and whether the app is spared them. */
  readonly paths?: readonly string[];
  readonly stripPrefix?: true;
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
}

/** Reads a file of a commit or of the checkout; `undefined` when it is not there. Paths use `/`. */
export type ReadFile = (path: string) => Promise<string | undefined>;
