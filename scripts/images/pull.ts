/** Pulling with patience for a slow registry and none for an unreachable one. */
import type Docker from 'dockerode';

export type PullOutcome = { readonly kind: 'pulled' } | { readonly kind: 'failed'; readonly reason: string };

/** Gives up when nothing was heard from the registry for `silenceMs`; a slow download goes on. */
export async function pull(docker: Docker, ref: string, silenceMs: number): Promise<PullOutcome> {
  const abort = new AbortController();
  const silence = setTimeout(() => abort.abort(), silenceMs);
  try {
    const progress = await docker.pull(ref, { abortSignal: abort.signal });
    const error = await new Promise<Error | null>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(new Error(unanswered(silenceMs))), { once: true });
      docker.modem.followProgress(
        progress,
        (end) => resolve(end),
        () => silence.refresh(),
      );
    });
    return error ? { kind: 'failed', reason: error.message } : { kind: 'pulled' };
  } catch (error) {
    if (abort.signal.aborted) return { kind: 'failed', reason: unanswered(silenceMs) };
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(silence);
  }
}

const unanswered = (silenceMs: number): string => `no answer from its registry in ${silenceMs / 1000} s`;
