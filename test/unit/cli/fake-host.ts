import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Host } from '../../../agent/cli/host.ts';
import type { AgentApi } from '../../../agent/protocol/methods.ts';

export interface FakeHostOptions {
  readonly argv: readonly string[];
  readonly agent?: AgentApi;
  readonly env?: NodeJS.ProcessEnv;
  /** What is typed; with it, the streams are a terminal. */
  readonly typed?: string;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** A process to run the CLI in: its streams are remembered, its clock stands still at 2026-01-01 12:00 UTC. */
export class FakeHost {
  readonly host: Host;
  readonly signals = new EventEmitter();
  readonly left: number[] = [];
  readonly stdout = new PassThrough();
  readonly #written = { stdout: '', stderr: '' };

  constructor({ argv, agent, env = {}, typed, columns = 80 }: FakeHostOptions) {
    const stderr = new PassThrough();
    const stdin = new PassThrough();
    if (typed !== undefined) stdin.end(typed);
    this.stdout.on('data', (chunk: Buffer) => (this.#written.stdout += chunk.toString()));
    stderr.on('data', (chunk: Buffer) => (this.#written.stderr += chunk.toString()));
    const isTTY = typed !== undefined;
    this.host = {
      argv,
      cwd: '/project',
      env,
      stdin: Object.assign(stdin, { isTTY }),
      stdout: Object.assign(this.stdout, { isTTY, columns }),
      stderr: Object.assign(stderr, { isTTY, columns }),
      signals: this.signals,
      clock: {
        now: () => Date.parse('2026-01-01T12:00:00Z'),
        monotonic: () => 0,
        sleep: () => Promise.resolve(),
      },
      version: '1.2.3',
      build: 'b1',
      pid: 4711,
      agent: () => {
        if (agent === undefined) throw new Error('the test expects no agent');
        return agent;
      },
      agents: () => Promise.reject(new Error('the test expects no server')),
      leave: (code) => void this.left.push(code),
    };
  }

  get out(): string {
    return this.#written.stdout;
  }

  get err(): string {
    return this.#written.stderr;
  }
}
