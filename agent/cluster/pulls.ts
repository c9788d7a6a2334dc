/** Edges that wait for a newer state than theirs. */
import { renderDocument } from '../edge/state-document.ts';
import type { EdgeState, LedgerView } from './ledger-view.ts';

/** What an edge says it has. */
export interface Holding {
  readonly object: string;
  readonly version: number;
  readonly hash: string;
}

export type PullOutcome =
  | { readonly kind: 'document'; readonly text: string }
  /** Nothing new in time. */
  | { readonly kind: 'nothing' }
  /** This control has never seen the ledger. */
  | { readonly kind: 'no-state' };

export interface Pulls {
  /** Answers as soon as there is something the edge has not, else after `waitMs`, or when `signal` aborts. */
  pull(holding: Holding, signal: AbortSignal): Promise<PullOutcome>;
  /** Ends all that wait, and lets none wait any more. */
  close(): void;
}

export function openPulls(view: LedgerView, waitMs: number): Pulls {
  const closing = new AbortController();

  function answer(holding: Holding): PullOutcome | undefined {
    const state = view.current();
    return state && isNews(state, holding)
      ? {
          kind: 'document',
          text: renderDocument(state.text, state.services.hash === holding.hash ? undefined : state.services),
        }
      : undefined;
  }

  return {
    pull: async (holding, signal) => {
      const state = view.current();
      // An edge that knows another ledger or a newer version shows that this control is behind: another ledger's
      // state is handed out only right after it was read.
      if (!state || state.routing.object !== holding.object || state.routing.version < holding.version) {
        await view.refresh();
        if (!view.current()) return { kind: 'no-state' };
        if (view.problem() !== undefined && holding.object !== 'none') return wait(holding, signal);
      }
      return answer(holding) ?? wait(holding, signal);
    },
    close: () => closing.abort(),
  };

  async function wait(holding: Holding, signal: AbortSignal): Promise<PullOutcome> {
    const ends = [signal, closing.signal];
    if (ends.some((end) => end.aborted)) return { kind: 'nothing' };
    return new Promise((resolve) => {
      const finish = (outcome: PullOutcome): void => {
        clearTimeout(timer);
        unsubscribe();
        for (const end of ends) end.removeEventListener('abort', nothing);
        resolve(outcome);
      };
      const nothing = (): void => finish({ kind: 'nothing' });
      const timer = setTimeout(nothing, waitMs);
      const unsubscribe = view.onChange(() => {
        const outcome = answer(holding);
        if (outcome) finish(outcome);
      });
      for (const end of ends) end.addEventListener('abort', nothing);
    });
  }
}

function isNews({ routing, services }: EdgeState, holding: Holding): boolean {
  if (routing.object !== holding.object) return true;
  return (
    routing.version > holding.version ||
    (routing.version === holding.version && services.hash !== holding.hash)
  );
}
