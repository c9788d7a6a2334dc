/** Where the time of a run goes. */
export class Phases {
  readonly #took: string[] = [];

  async time<T>(name: string, action: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await action();
    } finally {
      this.add(name, began);
    }
  }

  /** Since `performance.now()` was `began`. */
  add(name: string, began: number): void {
    this.#took.push(`${name} ${Math.round((performance.now() - began) / 1_000)} s`);
  }

  /** `setup 21 s · unit 44 s` */
  toString(): string {
    return this.#took.join(' · ');
  }
}
