import type { Calls } from './calls.ts';
import { isInUse } from './failures.ts';

/** A task that was told to stop holds its networks and volumes until it has. */
const patienceMs = 10_000;
const pauseMs = 100;

/** Repeats a removal while the engine says that the thing is in use; then throws what the engine said last. */
export async function whileInUse(calls: Calls, remove: () => Promise<void>): Promise<void> {
  const deadline = calls.clock.monotonic() + patienceMs;
  for (;;) {
    try {
      await remove();
      return;
    } catch (error) {
      if (!isInUse(error) || calls.clock.monotonic() > deadline) throw error;
      await calls.clock.sleep(pauseMs);
    }
  }
}
