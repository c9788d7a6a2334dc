/** Containers without an engine: each does what a script says, on the test's clock. */
import { failure } from '../../../agent/common/errors.ts';
import type { OutputChunk } from '../../../agent/swarm/container-output.ts';
import type { ContainerRequest, Containers } from '../../../agent/swarm/containers.ts';
import type { FileInTar } from '../../../agent/swarm/tar-file.ts';

export interface Script {
  readonly writes?: readonly (string | Uint8Array)[];
  /** `never`: it hangs. Default 0. */
  readonly exitCode?: number | 'never';
  readonly outOfMemory?: boolean;
  /** Text of its report. */
  readonly report?: string | FileInTar;
  readonly startError?: string;
}

export class FakeContainers implements Containers {
  readonly created: ContainerRequest[] = [];
  readonly running = new Map<string, Script>();
  readonly killed: string[] = [];
  readonly asked: string[] = [];
  readonly #scripts: readonly Script[];

  /** One script for each container, in the order they are created. */
  constructor(...scripts: readonly Script[]) {
    this.#scripts = scripts;
  }

  create(container: ContainerRequest): Promise<string> {
    const script = this.#scripts[this.created.length];
    if (!script) throw new Error('one container too many');
    this.created.push(container);
    const id = `c${this.created.length}`;
    this.running.set(id, script);
    return Promise.resolve(id);
  }

  start(id: string): Promise<AsyncIterable<OutputChunk>> {
    const script = this.#script(id);
    if (script.startError !== undefined)
      return Promise.reject(failure('engine.failed', { message: script.startError }));
    return Promise.resolve(
      (async function* (): AsyncGenerator<OutputChunk> {
        for (const text of script.writes ?? []) {
          await Promise.resolve();
          yield { stream: 'stdout', bytes: Buffer.from(text) };
        }
      })(),
    );
  }

  logs(id: string): Promise<AsyncIterable<OutputChunk>> {
    return this.start(id);
  }

  hasStarted(id: string): Promise<boolean> {
    return Promise.resolve(this.#script(id).startError === undefined);
  }

  wait(id: string, signal: AbortSignal): Promise<void> {
    if (this.#script(id).exitCode !== 'never') return new Promise((resolve) => setImmediate(resolve));
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  }

  end(id: string): Promise<{ exitCode: number; outOfMemory: boolean }> {
    const { exitCode = 0, outOfMemory = false } = this.#script(id);
    return Promise.resolve({ exitCode: exitCode === 'never' ? 137 : exitCode, outOfMemory });
  }

  kill(id: string): Promise<void> {
    this.killed.push(id);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.running.delete(id);
    return Promise.resolve();
  }

  list(): Promise<readonly { id: string; labels: Readonly<Record<string, string>> }[]> {
    return Promise.resolve(
      [...this.running.keys()].map((id, index) => ({ id, labels: this.created[index]?.labels ?? {} })),
    );
  }

  workingFolder(): Promise<string> {
    return Promise.resolve('/app');
  }

  readFile(id: string, path: string): Promise<FileInTar> {
    this.asked.push(path);
    const { report } = this.#script(id);
    if (report === undefined) return Promise.resolve({ kind: 'missing' });
    return Promise.resolve(typeof report === 'string' ? { kind: 'file', data: Buffer.from(report) } : report);
  }

  #script(id: string): Script {
    const script = this.running.get(id);
    if (!script) throw new Error(`${id} is gone`);
    return script;
  }
}
