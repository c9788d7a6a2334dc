/** What calls of this window report while they run, and rollouts that others drive: told to whoever shows some of it. */
import type { ProgressEvent } from '../agent/protocol/methods.ts';

export interface About {
  readonly folder: string;
  readonly environment: string;
}

export interface Heard {
  /** Something is asked for that reports from now on. */
  readonly began?: (about: About) => void;
  /** `rollout`: `undefined` before it has an id. */
  readonly event?: (about: About, rollout: string | undefined, event: ProgressEvent) => void;
  readonly failed?: (about: About, error: unknown) => void;
}

export class Hearing {
  readonly #listeners = new Set<Heard>();

  on(listener: Heard): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Of one call; events are told with the rollout that they belong to as soon as it is known. */
  call(about: About): { event(event: ProgressEvent): void; failed(error: unknown): void } {
    let rollout: string | undefined;
    for (const { began } of this.#listeners) began?.(about);
    return {
      event: (event) => {
        if (event.kind === 'phase') ({ rollout } = event);
        this.event(about, rollout, event);
      },
      failed: (error) => {
        for (const { failed } of this.#listeners) failed?.(about, error);
      },
    };
  }

  event(about: About, rollout: string | undefined, event: ProgressEvent): void {
    for (const listener of this.#listeners) listener.event?.(about, rollout, event);
  }
}
