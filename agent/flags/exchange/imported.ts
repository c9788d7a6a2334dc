/** What comes out of somebody's file. */
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { Lost } from './export.ts';

export interface Imported {
  readonly flags: readonly ReadFlag[];
  /** Of no flag in particular. */
  readonly lost: readonly Lost[];
}

export type ReadFlag =
  /** `lost`: what of it is not as it was. */
  | { readonly definition: FlagDefinition; readonly lost: readonly string[] }
  | { readonly key: string; readonly cannot: string };

/** Thrown where something cannot be said here; its message is the reason. */
export class Unsaid extends Error {}
