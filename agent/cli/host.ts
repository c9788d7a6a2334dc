import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import type { Agents } from '../server/agents.ts';
import type { OwnAgent } from './lazy-agent.ts';
import type { Signals } from './interrupt.ts';

/** A standard stream, possibly a terminal. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
export type Keyboard = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** What the CLI needs of the process it runs in. */
export interface Host {
  /** Without the program's name. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Keyboard;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly version: string;
  /** Which build of that version: two checkouts may both be 0.1.0. */
  readonly build: string;
  readonly pid: number;
  /** Called once, and only by commands that need it. `shared`: one that runs already will do. */
  readonly agent: (which: { readonly shared: boolean }) => OwnAgent;
  /** For `tidegate agent`: an agent for each of its clients. */
  readonly agents: (log: Log) => Promise<Agents>;
  /** Ends the process at once. */
  readonly leave: (code: number) => void;
}
