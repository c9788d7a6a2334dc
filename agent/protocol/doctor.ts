/** What `doctor` found. */
export interface DoctorResult {
  readonly checks: readonly Check[];
}

export interface Check {
  /** Stable: `git`, `node`, `project`, `contexts`, `engine`, `swarm`, `disk`, `port`, `flags`, `flag-server`, `image`. */
  readonly check: string;
  /** The environment it is about; `null`: the machine or the project. */
  readonly environment: string | null;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do about it; `null` when it is fine. */
  readonly fix: string | null;
}
