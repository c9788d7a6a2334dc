/** What `init` made out of a compose file. */
import type { ConfigProblem } from './validate.ts';

export interface InitResult {
  /** Both inside the repository. */
  readonly file: string;
  readonly compose: string;
  /** False: it was only asked what would be written. */
  readonly written: boolean;
  readonly text: string;
  /** What was decided, one a line, in the order of the compose file. */
  readonly decisions: readonly InitDecision[];
  /** What stands between this file and a deploy, and what is worth knowing; `validate` tells the same. */
  readonly problems: readonly ConfigProblem[];
  /** What was repaired in the compose file, with `fix: true`. */
  readonly fixed: readonly { readonly file: string; readonly title: string }[];
}

export interface InitDecision {
  /** `project` and `edge` are about none of the services. */
  readonly kind: 'project' | 'edge' | 'route' | 'internal' | 'worker' | 'backing' | 'left-out';
  readonly service: string | null;
  /** What it is: `route shop.localhost -> 3000`. */
  readonly what: string;
  readonly why: string;
  /** What somebody should look at. */
  readonly notes: readonly string[];
}
