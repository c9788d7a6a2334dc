import { StringDecoder } from 'node:string_decoder';
import { LineSplitter, Tail, type BuildMessage, type Progress, type StepPlace } from './progress.ts';
import { decodeTrace, type Trace, type Vertex } from './trace.ts';

interface Step {
  name: string;
  /** `[build 3/5]`, put before each of its lines. */
  label: string;
  announced: boolean;
  ended: boolean;
  error: string;
  readonly decoder: StringDecoder;
  readonly splitter: LineSplitter;
  readonly tail: Tail;
}

/** BuildKit runs steps side by side: each line says which one it is from. */
export class BuildkitProgress implements Progress {
  readonly #onLine: (line: string) => void;
  readonly #steps = new Map<string, Step>();

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  take(message: BuildMessage): void {
    if (message.id !== 'moby.buildkit.trace' || typeof message.aux !== 'string') return;
    const trace = readable(message.aux);
    for (const vertex of trace?.vertexes ?? []) this.#begin(vertex);
    for (const { vertex, data } of trace?.logs ?? []) {
      const step = this.#step(vertex);
      for (const line of step.splitter.split(step.decoder.write(Buffer.from(data)))) this.#log(step, line);
    }
    // A record may hold a step's last words together with its end.
    for (const vertex of trace?.vertexes ?? []) this.#end(vertex);
    for (const warning of trace?.warnings ?? []) this.#onLine(`warning: ${warning}`);
  }

  /** When one step fails, those beside it are cancelled and have an error too. */
  failedAt(): StepPlace | undefined {
    const failed = [...this.#steps.values()].filter((step) => step.error !== '');
    const cause = failed.find((step) => !/context canceled/.test(step.error)) ?? failed[0];
    const [, stage = '', position] = /^\[(?:(.*?) )? *(\d+)\/\d+\]$/.exec(cause?.label ?? '') ?? [];
    if (cause === undefined) return undefined;
    return {
      step: cause.name,
      stage: stage.trim(),
      position: Number(position ?? 0),
      output: cause.tail.lines,
    };
  }

  #begin(vertex: Vertex): void {
    const step = this.#step(vertex.digest);
    const [, label = '', name = vertex.name] = /^(\[[^\]]+\]) (.*)$/s.exec(vertex.name) ?? [];
    step.label = label;
    step.name = name.replace(/\s+/g, ' ');
    if (vertex.error !== '') step.error = vertex.error;
    // How the builder gets at its context says nothing about the project.
    if (label === '[internal]' || vertex.name.startsWith('copy /context')) return;
    if (!step.announced && vertex.started !== undefined) {
      step.announced = true;
      this.#onLine(`${vertex.name.replace(/\s+/g, ' ')}${vertex.cached ? ' (cached)' : ''}`);
    }
  }

  #end(vertex: Vertex): void {
    const step = this.#step(vertex.digest);
    if (!step.announced || step.ended || vertex.completed === undefined) return;
    step.ended = true;
    for (const line of step.splitter.end()) this.#log(step, line);
    const seconds = (vertex.completed - (vertex.started ?? vertex.completed)) / 1000;
    if (vertex.error !== '') this.#onLine(`${step.label || step.name} failed`);
    else if (seconds >= 0.5) this.#onLine(`${step.label || step.name} done in ${seconds.toFixed(1)} s`);
  }

  #log(step: Step, line: string): void {
    step.tail.add(line);
    this.#onLine(step.label === '' ? line : `${step.label} ${line}`);
  }

  #step(digest: string): Step {
    const known = this.#steps.get(digest);
    if (known !== undefined) return known;
    const step: Step = {
      name: '',
      label: '',
      announced: false,
      ended: false,
      error: '',
      decoder: new StringDecoder('utf8'),
      splitter: new LineSplitter(),
      tail: new Tail(),
    };
    this.#steps.set(digest, step);
    return step;
  }
}

/** A record that cannot be read costs a few log lines, not the build. */
function readable(record: string): Trace | undefined {
  try {
    return decodeTrace(Buffer.from(record, 'base64'));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
