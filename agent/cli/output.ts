/** Results to standard output; progress and errors to standard error. */
import type { Host, Screen } from './host.ts';
import type { Options } from './parse.ts';
import { jsonProgress } from './progress/json.ts';
import { liveProgress } from './progress/live.ts';
import { plainProgress } from './progress/plain.ts';
import type { Progress } from './progress/progress.ts';
import { servingStream } from './progress/serving.ts';
import { logStream } from './progress/stream.ts';
import { trafficStream } from './progress/traffic.ts';
import { watchStream } from './progress/watch.ts';
import { describeError, reportError } from './report/error.ts';
import type { View } from './report/report.ts';
import { canRewrite, styleFor } from './terminal.ts';
import type { Method } from '../protocol/methods.ts';

const ticksPerSecond = 10;

export class Output {
  readonly #host: Host;
  readonly #options: Options;

  constructor(host: Host, options: Options) {
    this.#host = host;
    this.#options = options;
  }

  /** How results look there. */
  view(screen: 'stdout' | 'stderr' = 'stdout'): View {
    const { env, clock, [screen]: shown } = this.#host;
    return { style: styleFor(shown.isTTY === true, env), now: clock.now() };
  }

  lines(lines: readonly string[]): void {
    this.#host.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }

  notes(lines: readonly string[]): void {
    this.#host.stderr.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The one document of `--json`; in a stream of JSON lines (`logs`) it is the last line. */
  document(value: unknown, shape: 'document' | 'line'): void {
    this.#host.stdout.write(`${JSON.stringify(value, null, shape === 'line' ? undefined : 2)}\n`);
  }

  error(error: unknown, shape: 'document' | 'line' = 'document'): void {
    const { stderr, env } = this.#host;
    const description = describeError(error, { debug: env.TIDEGATE_DEBUG === '1' });
    if (this.#options.json) this.document({ error: description }, shape);
    else stderr.write(`${reportError(description, styleFor(stderr.isTTY === true, env)).join('\n')}\n`);
  }

  progressOf(method: Method): Progress {
    const progress = this.#progress();
    const format = this.#options.json ? 'json' : 'text';
    if (method === 'watch') return watchStream(this.#host.stdout, format, progress);
    if (method === 'flags.serve') return servingStream(this.#host.stdout, format, progress);
    if (method === 'traffic') return trafficStream(this.#host.stdout, format, progress);
    return method === 'logs' ? logStream(this.#host.stdout, format, progress) : progress;
  }

  #progress(): Progress {
    const { stderr, env, clock } = this.#host;
    if (this.#options.json) return jsonProgress(stderr);
    if (!canRewrite(stderr.isTTY === true, env)) return plainProgress(stderr);
    return liveProgress(stderr, {
      style: styleFor(true, env),
      columns: () => widthOf(stderr),
      now: () => clock.monotonic(),
      every: (tick) => {
        const timer = setInterval(tick, 1000 / ticksPerSecond).unref();
        return () => clearInterval(timer);
      },
    });
  }
}

/** Keeps a reader that went away (`| head`) from ending the process; `gone` is called for standard output. */
export function survivePipes(stdout: Screen, stderr: Screen, gone: () => void): void {
  stdout.on('error', gone);
  stderr.on('error', () => undefined);
}

/** Resolves when everything written so far has left the process. */
export function flush(screen: Screen): Promise<void> {
  return new Promise((resolve) => screen.write('', () => resolve()));
}

/** A terminal that does not know its size says 0 columns. */
function widthOf(screen: Screen): number {
  return screen.columns === undefined || screen.columns === 0 ? 80 : screen.columns;
}
