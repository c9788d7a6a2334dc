/** What somebody wants of a running rollout: its own caller by cancelling, others through the journal. */
import type { RolloutEvent } from './machine.ts';
import { names } from '../common/names.ts';
import type { Rollout } from './engine.ts';

/** Calls `wanted` for each wish until stopped. */
export function nextRequest(
  { engine, head }: Rollout,
  cancelled: AbortSignal,
  wanted: (event: RolloutEvent) => void,
): () => void {
  const cancel = (): void => {
    wanted({ type: 'abort', reason: 'cancelled', detail: 'cancelled by the one who started it' });
  };
  if (cancelled.aborted) cancel();
  else cancelled.addEventListener('abort', cancel, { once: true });

  const journal = names.rollout(engine.ledger.stack, head.id);
  const look = async (): Promise<void> => {
    const request = (await engine.ledger.journals.get(head.id))?.value.request;
    if (!request) return;
    const { action, by } = request;
    if (action === 'promote') wanted({ type: 'promote' });
    else wanted({ type: 'abort', reason: 'aborted-by-user', detail: `aborted by ${by}` });
  };
  const stopListening = engine.changes.listen((event) => {
    if (event !== undefined && event.name !== journal) return;
    look().catch((error: unknown) => {
      engine.log.warn({ rollout: head.id, error: String(error) }, 'a request could not be read');
    });
  });
  return () => {
    stopListening();
    cancelled.removeEventListener('abort', cancel);
  };
}
