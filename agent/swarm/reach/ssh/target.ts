/** Whom `ssh://` names. */
export interface SshTarget {
  /** A name of the DNS or of the user's ssh configuration. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** The engine's socket over there, where it is not the usual one. */
  readonly socket?: string;
}
