/** Runs the program `tidegate` as a person would, and reads what it reports as JSON. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { AgentEvent } from '../../agent/protocol/methods.ts';
import type { DemoPlace } from './place.ts';

export interface TidegateRun {
  /** `null`: killed. */
  readonly code: number | null;
  /** The one document it printed; `undefined` when it did not come to that. */
  readonly document: unknown;
  /** What it printed beside events. */
  readonly stray: string;
}

export interface TidegateOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The first abort is Ctrl-C: a rollout is put back. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: AgentEvent, control: { readonly kill: () => void }) => void;
}

/** No call of the demo takes that long; one that hangs must not hang the demo. */
const limitMs = 180_000;

/** The bundle, as a path from the checkout: for messages too. */
export const program = 'dist/tidegate.js';

export function tidegate(
  place: DemoPlace,
  args: readonly string[],
  { env, signal, onEvent = () => undefined }: TidegateOptions,
): Promise<TidegateRun> {
  // In a process group of its own: Ctrl-C on the terminal reaches it once, by way of `signal`.
  const child = spawn(process.execPath, [path.join(place.root, program), ...args, '--json'], {
    cwd: place.shop,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  const interrupt = (): void => void child.kill('SIGINT');
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  const limit = setTimeout(kill, limitMs);
  let stdout = '';
  let stray = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    const event = parsed(line) as AgentEvent | undefined;
    if (event === undefined) stray += `${line}\n`;
    else onEvent(event, { kill });
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', interrupt);
      resolve({ code, document: parsed(stdout), stray });
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a document says to a person: the message of a result or of an error. */
export function messageIn({ document, stray }: TidegateRun): string {
  const { message, error } = (document ?? {}) as {
    message?: string;
    error?: { message: string; hint: string | null };
  };
  if (message !== undefined) return message;
  return error ? [error.message, error.hint].filter(Boolean).join(' ') : stray.trim();
}
