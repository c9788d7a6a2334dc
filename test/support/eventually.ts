import { setTimeout as delay } from 'node:timers/promises';

/** Repeats until it does not throw; throws its last error when that takes too long. */
export async function eventually<T>(
  attempt: () => Promise<T> | T,
  options: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const { withinMs = 30_000, everyMs = 50 } = options;
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(everyMs);
  }
}
