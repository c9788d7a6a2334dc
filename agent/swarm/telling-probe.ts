import type { ContainerReport } from './port.ts';

type Probe = NonNullable<ContainerReport['probe']>;

/**
 * Of a container's newest health checks, oldest first (an engine keeps five), the one that says why: the newest that
 * failed as most of them did. The very last one may have asked a program that was being stopped by then, and the first
 * one that had not begun to listen.
 */
export function tellingProbe(probes: readonly Probe[]): Probe | undefined {
  const failed = probes.filter(({ exitCode }) => exitCode !== 0);
  const likeIt = (probe: Probe): number =>
    failed.filter(({ exitCode, output }) => exitCode === probe.exitCode && output === probe.output).length;
  const most = Math.max(...failed.map(likeIt));
  return failed.findLast((probe) => likeIt(probe) === most) ?? probes.at(-1);
}
