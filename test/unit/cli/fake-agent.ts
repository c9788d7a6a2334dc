import type { AgentApi, Call, Method, Params, Results } from '../../../agent/protocol/methods.ts';

type Answer<M extends Method> = (params: Params<M>, call: Call) => Results[M] | Promise<Results[M]>;
export type Answers = { readonly [M in Method]?: Answer<M> };

/** An agent that answers what the test says, and remembers what it was asked. */
export class FakeAgent implements AgentApi {
  readonly asked: { readonly method: Method; readonly params: unknown }[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async request<M extends Method>(method: M, params: Params<M>, call: Call): Promise<Results[M]> {
    this.asked.push({ method, params });
    const answer: Answer<M> | undefined = this.#answers[method];
    if (answer === undefined) throw new Error(`the test expects no call of ${method}`);
    return answer(params, call);
  }
}

export const rolloutDone: Results['deploy'] = {
  outcome: 'done',
  reason: 'completed',
  message: 'v1.1.0 is live on dev.',
  rollout: 'r1',
  from: { number: 1, tag: 'v1.0.0', commit: 'a'.repeat(40) },
  to: { number: 2, tag: 'v1.1.0', commit: 'b'.repeat(40) },
  services: [{ service: 'web', from: 'blue', to: 'green' }],
  tookMs: 4_200,
  preview: null,
};

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
