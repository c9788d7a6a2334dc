import type { ConfigPlace } from './mount-as-config.ts';
import type { DeclaredConfigs } from './configs.ts';
import type { Variables } from './interpolate.ts';
import type { DeclaredSecrets } from './secrets.ts';
import type { DeclaredVolume } from './volumes.ts';

/** What reading one service needs of the rest of the project. */
export interface ComposeContext extends ConfigPlace {
  readonly stack: string;
  readonly variables: Variables;
  readonly volumes: ReadonlyMap<string, DeclaredVolume>;
  readonly configs: DeclaredConfigs;
  readonly secrets: DeclaredSecrets;
  /** True: a second copy may write to its volumes (`volumes: shared`), or there never is one. */
  readonly shared: boolean;
  /** It may run once on every node. */
  readonly mayBeGlobal: boolean;
}
