/**
 * Who looks at the traffic. Agents' clocks may be wrong, so each writes a number that changes, and how long it has not
 * changed is measured here.
 */

/** Agents write every ten seconds. */
export const watchingMs = 30_000;
/** A watcher that has come is told everything for so long; after that only what is new. */
export const newMs = 6_000;

interface Seen {
  readonly number: number;
  readonly changedAt: number;
  readonly cameAt: number;
}

export class Watchers {
  readonly #seen = new Map<string, Seen>();

  /** What the ledger says; `now` never jumps. True: somebody has come, or has come back. */
  see(watchers: ReadonlyMap<string, number>, now: number): boolean {
    let came = false;
    for (const id of this.#seen.keys()) if (!watchers.has(id)) this.#seen.delete(id);
    for (const [id, number] of watchers) {
      const before = this.#seen.get(id);
      if (before?.number === number) continue;
      const isNew = before === undefined || now - before.changedAt >= watchingMs;
      this.#seen.set(id, { number, changedAt: now, cameAt: isNew ? now : before.cameAt });
      came ||= isNew;
    }
    return came;
  }

  isWatching(id: string, now: number): boolean {
    const seen = this.#seen.get(id);
    return seen !== undefined && now - seen.changedAt < watchingMs;
  }

  hasNew(now: number): boolean {
    return [...this.#seen.values()].some(({ cameAt }) => now - cameAt < newMs);
  }
}
