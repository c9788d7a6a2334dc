/** An environment in a report of a defect: names, states and versions, nothing that anybody keeps to themselves. Pure. */
import { openRollout, type EnvironmentState } from './state.ts';
import { nameOf } from './words.ts';

export function diagnosticsOf(state: EnvironmentState): object {
  const { facts, status, trouble, flags, flagsTrouble, serverTrouble } = state;
  const rollout = openRollout(state);
  return {
    environment: facts.environment,
    protected: facts.protected,
    state: status?.state ?? null,
    problem: trouble?.code ?? status?.problemCode ?? null,
    edges: (status?.edges ?? []).map(({ node, state: edge }) => `${node} ${edge}`),
    maintenance: status != null && status.maintenance !== null,
    services: (status?.services ?? []).map(({ service, kind = 'service', slots }) => ({
      [`${kind} ${service}`]: slots.map(
        ({ colour, state: slot, release, share, healthy, desired, answering }) =>
          `${colour} ${slot} ${release === null ? '-' : nameOf(release)} ${share} % ${healthy}/${desired} answers ${answering?.status ?? '-'}`,
      ),
    })),
    backing: (status?.backing ?? []).map(
      ({ service, running, desired }) => `${service} ${running}/${desired ?? 'nodes'}`,
    ),
    rollout: rollout && { kind: rollout.kind, phase: rollout.phase, reason: rollout.reason },
    flags: flags?.flags.length ?? null,
    flagsProblem: serverTrouble?.code ?? flagsTrouble ?? null,
  };
}
