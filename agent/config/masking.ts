import type { Finding } from './report.ts';

/**
 * Values under `environment:` are visible to everybody who may look at the Swarm; in Tidegate's own output those
 * that look like a secret are masked (invariant 10).
 */
const sensitive = /PASSWORD|PASSWD|TOKEN|KEY|SECRET/i;

export function isSensitiveName(name: string): boolean {
  return sensitive.test(name);
}

/** For output: `KEY=VALUE` lines as a ContainerSpec has them, values of sensitive names replaced. */
export function maskEnvironment(env: readonly string[]): readonly string[] {
  return env.map((line) => {
    const end = line.indexOf('=');
    const name = end < 0 ? line : line.slice(0, end);
    return end >= 0 && end < line.length - 1 && isSensitiveName(name) ? `${name}=***` : line;
  });
}

export const visibleSecret: Finding = {
  code: 'compose.visible-secret',
  message: 'whoever may look at the Swarm can read this value.',
  hint: 'Tidegate masks it in its own output; keep what must stay secret out of "environment:".',
};
