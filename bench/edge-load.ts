/**
 * The load of `edge.ts` in a process of its own, so that it does not slow down what is measured. Gets the
 * options as JSON, prints the outcome as JSON when its standard input ends.
 */
import { startLeanLoad, type LeanOptions } from './lean-load.ts';

export interface LoadOutcome {
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly string[];
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

const load = startLeanLoad(JSON.parse(process.argv[2] ?? '') as LeanOptions);
const start = performance.now();
process.stdin.resume();
process.stdin.once('end', () => {
  void load.stop().then(() => {
    const { times, failures } = load;
    const sorted = [...times].sort((a, b) => a - b);
    const requests = times.length + failures.length;
    const outcome: LoadOutcome = {
      requests,
      failed: failures.length,
      failures: failures.slice(0, 10),
      p50: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      perSecond: (1000 * requests) / (performance.now() - start),
    };
    process.stdout.write(JSON.stringify(outcome));
  });
});
