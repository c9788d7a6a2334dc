/** One run of a program in a container of its own, which is gone afterwards with every process that was in it. */
import { hasCode, messageOf } from '../common/errors.ts';
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import type { OutputChunk } from '../swarm/container-output.ts';
import type { ContainerEnd, ContainerRequest, Runner } from '../swarm/containers.ts';
import type { FileInTar } from '../swarm/tar-file.ts';
import { suiteCancelled } from './failures.ts';
import { SuiteOutput, type OnLine, type OutputLimits } from './output.ts';

export interface RunDeps {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly outputLimits?: OutputLimits;
}

export interface RunRequest extends ContainerRequest {
  readonly suite: string;
  readonly report: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onLine: OnLine;
}

export interface Report {
  /** As the suite names it. */
  readonly path: string;
  readonly file: FileInTar;
  /** Where the paths of its own files begin. */
  readonly folder: string;
}

export type ContainerRun = (
  | ({ readonly how: 'exited'; readonly report: Report | undefined } & ContainerEnd)
  | { readonly how: 'timeout' | 'flood' }
  | { readonly how: 'not-started'; readonly why: string }
) & {
  /** Its last lines. */
  readonly tail: readonly string[];
};

/** A program that wrote its last word has at most this long until the engine hands it on. */
const outputGraceMs = 5_000;
const reportBytes = 16 * 1024 * 1024;

/** Throws `cancelled` when the signal aborts, and `engine.*` when the engine fails; the container is gone then as well. */
export async function runInContainer(deps: RunDeps, request: RunRequest): Promise<ContainerRun> {
  const { runner, log } = deps;
  const { signal } = request;
  if (hasAborted(signal)) throw suiteCancelled(request.suite);
  const id = await runner.create(request);
  const over = new AbortController();
  try {
    return await attempt(deps, request, id, AbortSignal.any([signal, over.signal]));
  } catch (error) {
    throw hasAborted(signal) ? suiteCancelled(request.suite) : error;
  } finally {
    over.abort();
    // What stays because the engine is away has its labels: the next suite of this stack clears it away.
    await runner.remove(id).catch((error: unknown) => {
      log.warn(
        { suite: request.suite, container: id, error: messageOf(error) },
        'a container could not be removed',
      );
    });
  }
}

/** Asked anew each time: it changes while one waits. */
function hasAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function attempt(
  deps: RunDeps,
  request: RunRequest,
  id: string,
  stop: AbortSignal,
): Promise<ContainerRun> {
  const { runner, clock } = deps;
  const output = new SuiteOutput(request.onLine, deps.outputLimits);
  let chunks: AsyncIterable<OutputChunk>;
  try {
    chunks = await runner.start(id, stop);
  } catch (error) {
    if (!hasCode(error, 'engine.failed')) throw error;
    return { how: 'not-started', why: messageOf(error), tail: [] };
  }
  const listening = listen(chunks, output);
  listening.catch(() => undefined);
  const how = await Promise.race([
    runner.wait(id, stop).then(() => 'exited' as const),
    clock.sleep(request.timeoutMs, stop).then(() => 'timeout' as const),
    flooded(listening),
  ]);
  if (how !== 'exited') {
    await runner.kill(id);
    output.end();
    return { how, tail: output.tail };
  }
  await Promise.race([listening, clock.sleep(outputGraceMs, stop)]);
  output.end();
  const [end, report] = [await runner.end(id), await reportOf(runner, request, id)];
  return { how, ...end, report, tail: output.tail };
}

async function listen(chunks: AsyncIterable<OutputChunk>, output: SuiteOutput): Promise<'ended' | 'flood'> {
  for await (const chunk of chunks) if (output.take(chunk) === 'flood') return 'flood';
  return 'ended';
}

/** The end of the output is not the end of the program. */
async function flooded(listening: Promise<'ended' | 'flood'>): Promise<'flood'> {
  const how = await listening;
  return how === 'flood' ? how : new Promise<never>(() => undefined);
}

async function reportOf(runner: Runner, { report }: RunRequest, id: string): Promise<Report | undefined> {
  if (report === undefined) return undefined;
  const folder = (await runner.workingFolder(id)).replace(/\/+$/, '');
  const path = report.startsWith('/') ? report : `${folder}/${report}`;
  return { path: report, folder, file: await runner.readFile(id, path, { bytes: reportBytes }) };
}
