/**
 * What other extensions get from `vscode.extensions.getExtension('tidegate.tidegate')?.activate()`. This file imports
 * nothing: copy it. Within one `version` members are added, never changed or taken away.
 */

export interface TidegateApi {
  readonly version: 1;
  /** Every environment of every tidegate.yaml of the workspace, as far as it is known. Nothing is asked for it. */
  environments(): readonly TidegateEnvironment[];
  /** Something about them has changed. */
  onDidChange(listener: () => void): { dispose(): void };
  /**
   * As the command "Deploy": what has to be confirmed is asked, progress and end are shown. `undefined`: somebody said
   * no, or it failed and the message says why.
   */
  deploy(target: DeployTarget): Promise<TidegateRollout | undefined>;
  /** As "Roll Back": to the release before, or to `tag`. */
  rollback(target: RollbackTarget): Promise<TidegateRollout | undefined>;
  /** As "Run Suite": its results are in the Test Explorer, too. */
  runSuite(target: SuiteTarget): Promise<TidegateSuite | undefined>;
}

export interface TidegateEnvironment {
  /** Absolute path of the folder of its tidegate.yaml. */
  readonly folder: string;
  readonly project: string;
  readonly environment: string;
  readonly protected: boolean;
  readonly url: string;
  /** `unknown`: nobody has looked yet, or it cannot be reached. */
  readonly state: 'unknown' | 'not-set-up' | 'ready';
  /** The newest release that has traffic. */
  readonly live: { readonly release: number; readonly tag: string | null; readonly commit: string } | null;
  /** One that is open: somebody may promote or abort it. */
  readonly rollout: { readonly id: string; readonly ref: string; readonly stage: string } | null;
}

/** `folder`: of tidegate.yaml; left out where an environment of that name is in one project only. */
export interface DeployTarget {
  readonly folder?: string;
  readonly environment: string;
  /** Tag, branch or commit. */
  readonly ref: string;
}

export interface RollbackTarget {
  readonly folder?: string;
  readonly environment: string;
  readonly tag?: string;
}

export interface SuiteTarget {
  readonly folder?: string;
  readonly environment: string;
  readonly suite: string;
  readonly ref?: string;
}

export interface TidegateRollout {
  readonly outcome: 'done' | 'unchanged' | 'held' | 'failed' | 'reverted' | 'partial';
  /** Stable code; `message` is for people. */
  readonly reason: string;
  readonly message: string;
  readonly rollout: string | null;
}

export interface TidegateSuite {
  readonly outcome: 'done' | 'failed';
  readonly message: string;
}
