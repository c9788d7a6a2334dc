import type { AgentEvent } from '../../protocol/methods.ts';

/** Shows what the agent reports while a command runs. */
export interface Progress {
  show(event: AgentEvent): void;
  /** A word of the CLI itself, in between. */
  say(text: string): void;
  /** Leaves the terminal as it was found; later calls are ignored. */
  stop(): void;
}

/** Where it is shown. */
export interface Sink {
  write(text: string): void;
}
