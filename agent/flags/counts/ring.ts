/** A sum over the newest slots of time: minutes of an hour, hours of a day. Bounded, however much is counted. */
export class Ring {
  readonly #slots: Float64Array;
  #newest = 0;

  constructor(size: number) {
    this.#slots = new Float64Array(size);
  }

  /** `slot` counts up with time; one that is older than the newest counts as the newest. */
  add(slot: number, count: number): void {
    this.#reach(slot);
    const index = this.#newest % this.#slots.length;
    this.#slots[index] = (this.#slots[index] ?? 0) + count;
  }

  /** Of `slot` and those before it, as many as are kept. */
  sum(slot: number): number {
    this.#reach(slot);
    return this.#slots.reduce((sum, count) => sum + count, 0);
  }

  #reach(slot: number): void {
    const size = this.#slots.length;
    for (let next = Math.max(this.#newest + 1, slot - size + 1); next <= slot; next += 1)
      this.#slots[next % size] = 0;
    this.#newest = Math.max(this.#newest, slot);
  }
}
