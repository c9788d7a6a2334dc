/** What changing a backing service comes to. */
import type { Difference } from './plan.ts';

export interface BackingResult {
  readonly outcome: 'done' | 'unchanged';
  readonly environment: string;
  readonly service: string;
  readonly differences: readonly Difference[];
  readonly message: string;
}
