/** What the methods about an environment's public door give back. */

export interface MaintenanceResult {
  /** `partial`: an edge has not acknowledged it yet, and may still show the other. */
  readonly outcome: 'done' | 'unchanged' | 'partial';
  readonly maintenance: 'on' | 'off';
  /** Edges that have not acknowledged, one line each. */
  readonly missing: readonly string[];
}

export interface CertificateResult {
  /** `partial`: an edge has not acknowledged it yet, and may still show the former one. */
  readonly outcome: 'done' | 'unchanged' | 'partial';
  readonly name: string;
  /** Digest of its content. */
  readonly version: string;
  /** Hosts it is for. */
  readonly hosts: readonly string[];
  readonly validUntil: string;
  readonly missing: readonly string[];
}
