/** Feature flags of an environment that another server holds (`environments.<name>.flags` of tidegate.yaml). */
import * as z from 'zod';

export const flagServerParams = {
  /** At such a server only: elsewhere, flags come with the commit. */
  'flags.create': z.strictObject({
    folder: z.string().min(1),
    confirmed: z.boolean().optional(),
    environment: z.string().min(1),
    key: z.string().min(1),
    description: z.string(),
    kind: z.enum(['release', 'experiment', 'ops', 'kill-switch']),
  }),
  /**
   * The token for the server at an address, for this client and as long as it is connected; `null`: none any more. It is
   * kept in memory, sent to that address alone, and wins over the variable that tidegate.yaml names.
   */
  'flags.useToken': z.strictObject({
    folder: z.string().min(1),
    url: z.url(),
    token: z.string().min(1).nullable(),
  }),
} as const;

export interface FlagServerName {
  readonly kind: 'unleash';
  readonly url: string;
  readonly project: string;
  /** Its name there. */
  readonly environment: string;
}

/** What such a server says of a flag beside what Tidegate's own have. */
export interface HeldElsewhere {
  /** When an SDK asked for it last in this environment (RFC 3339); `null`: never, as far as the server knows. */
  readonly lastSeen: string | null;
  /** Marked there as one that should be gone. */
  readonly stale: boolean;
  /** Names of its strategies here that are not disabled, in order. */
  readonly strategies: readonly string[];
  /** Names of the segments that they go by. */
  readonly segments: readonly string[];
}

export interface FlagSegment {
  readonly name: string;
  readonly description: string | null;
  /** How many conditions it has. */
  readonly conditions: number;
}

export interface FlagCreateResult {
  readonly outcome: 'done';
  readonly environment: string;
  readonly stack: string;
  readonly flag: string;
  readonly message: string;
}

export interface FlagServerResults {
  'flags.create': FlagCreateResult;
  'flags.useToken': { readonly url: string; readonly known: boolean };
}
