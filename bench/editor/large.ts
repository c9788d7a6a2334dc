/** A large project as an agent would tell it: 60 services in each of 4 environments. */
import type { EnvironmentStatus, ServiceStatus } from '../../agent/protocol/methods.ts';
import type { Answers } from '../../test/extension/scripted-agent.ts';

export const environments = ['dev', 'test', 'stage', 'production'] as const;
const services = 60;
const commit = 'c'.repeat(40);

/** `version` is what every service runs; `answers`: of those that do not answer 200. */
export function largeStatus(
  environment: string,
  version: string,
  answers: Readonly<Record<number, number>> = {},
): EnvironmentStatus {
  return {
    ...{ environment, stack: `large-${environment}`, state: 'ready', problem: null, problemCode: null },
    services: Array.from({ length: services }, (_, index) => service(index, version, answers[index] ?? 200)),
    edges: [{ node: 'n1', state: 'current', detail: 'runs version 7' }],
    ...{ rollouts: [], maintenance: null, flagsVersion: null },
  };
}

function service(index: number, version: string, status: number): ServiceStatus {
  const release = { number: 2, tag: version, commit };
  const digest = 'sha256:1234567890abcdef';
  return {
    service: `service-${String(index).padStart(2, '0')}`,
    slots: [
      {
        ...{ colour: 'blue', state: 'active', release, share: 100, healthy: 2, desired: 2 },
        answering: { release: 2, digest, status },
      },
      {
        ...{ colour: 'green', state: 'warm', share: 0, healthy: 2, desired: 2, answering: null },
        release: { number: 1, tag: 'v0.9.0', commit },
      },
    ],
  };
}

export function largeAnswers(folder: string, version: string): Answers {
  return {
    project: () => ({
      ...{ project: 'large', folder },
      environments: environments.map((environment) => ({
        ...{ environment, stack: `large-${environment}`, protected: false, dockerContext: null },
        url: 'http://localhost:8080/',
      })),
    }),
    watch: ({ environment }, { onEvent }) => {
      const status = largeStatus(environment, version);
      onEvent({
        ...{ kind: 'watch', feed: environment },
        updates: [{ type: 'snapshot', sequence: 1, because: 'asked', status, rollouts: [] }],
      });
      return { feed: environment, sequence: 1 };
    },
    history: ({ environment }) => ({ stack: `large-${environment}`, rollouts: [] }),
    'flags.list': ({ environment }) => ({
      ...{ environment, stack: `large-${environment}`, flags: [] },
      release: { number: 2, tag: version, commit },
    }),
  };
}
