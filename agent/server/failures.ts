import type * as z from 'zod';
import { failure, type TidegateError } from '../common/errors.ts';

export function unknownMethod(method: string, known: readonly string[]): TidegateError {
  return failure('usage.invalid', {
    message: `The agent has no method "${method}".`,
    hint: `It knows ${known.join(', ')}.`,
    data: { method },
  });
}

export function invalidParams(method: string, error: z.core.$ZodError): TidegateError {
  const problems = error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || 'params'}: ${issue.message}`,
  );
  return failure('usage.invalid', {
    message: `The parameters of "${method}" are not what the agent takes: ${problems.join('; ')}.`,
    hint: 'The client and the agent may be of different versions: compare their answers to "hello".',
    data: { method, problems },
  });
}

export function notJsonRpc(cause: Error): TidegateError {
  return failure('usage.invalid', {
    message: `What came in on the connection is not JSON-RPC: ${cause.message.split('\n')[0] ?? ''}`,
    hint: 'Send JSON-RPC 2.0 with a Content-Length header before each message; docs/cli.md shows one.',
    cause,
  });
}

export function helloMissing(method: string): TidegateError {
  return failure('usage.invalid', {
    message: `"${method}" came before "hello": the agent does not know yet who asks, and with which environment.`,
    hint: 'Send "hello" first; docs/protocol.md shows one.',
    data: { method },
  });
}

export function tooManyRequests(most: number): TidegateError {
  return failure('usage.invalid', {
    message: `${most} requests of this client are running already.`,
    hint: 'Wait for answers, or cancel requests that nobody waits for.',
    data: { most },
  });
}

export function notInSession(names: readonly string[], allowed: readonly string[]): TidegateError {
  return failure('usage.invalid', {
    message: `A session's environment must not have ${names.join(', ')}.`,
    hint: `Allowed in "env": ${allowed.join(', ')}. What compose files need goes into "variables".`,
    data: { names },
  });
}

export function flagStatesUnknown(release: string, why: string): TidegateError {
  return failure('flags.states-unknown', {
    message: `What flags were when ${release} was live cannot be told: ${why}.`,
    hint: 'Nothing was changed. Roll back without the flags, and switch them by hand: "tidegate flags history" shows what is known.',
    data: { release },
  });
}

export function agentEnds(): TidegateError {
  return failure('agent.disconnected', {
    message: 'The agent ends, and takes no more requests.',
    hint: 'Start another one, or run the command without one: TIDEGATE_AGENT=off.',
  });
}

export function helloTwice(): TidegateError {
  return failure('usage.invalid', {
    message: '"hello" was said already: a connection has one environment.',
    hint: 'Open another connection for another environment.',
  });
}

export function unknownCertificate(
  name: string,
  environment: string,
  known: readonly string[],
): TidegateError {
  return failure('usage.invalid', {
    message: `The environment ${environment} has no certificate "${name}".`,
    hint:
      known.length === 0
        ? `Give it HTTPS first: environments.${environment}.edge: { http: 80, https: 443, tls: [${name}] }; then "tidegate setup ${environment} --upgrade-edge".`
        : `Its names are in environments.${environment}.edge.tls of tidegate.yaml: ${known.join(', ')}.`,
    data: { name, environment },
  });
}

/** The agent cannot drive on; control does, inside the Swarm. */
export function rolloutLeft(
  left: {
    readonly environment: string;
    readonly rollout: string;
    readonly version: string;
    readonly leaseSeconds: number;
  },
  cause: TidegateError,
): TidegateError {
  const { environment, rollout, version, leaseSeconds } = left;
  return failure('rollout.left', {
    message: `The way to the engine was lost in the middle of bringing ${version} to ${environment} (rollout ${rollout}). ${cause.message}`,
    hint: `Traffic goes on. Without a sign from here for ${leaseSeconds} s, control goes on with the rollout inside the Swarm: what was swapped is finished, anything else is taken back (or held, where tidegate.yaml says so). See "tidegate status ${environment}" when the engine can be reached again; the next "tidegate deploy ${environment}" starts from there. ${cause.hint ?? ''}`.trim(),
    data: { environment, rollout, because: cause.code },
    cause,
  });
}

export function unknownSuite(name: string, ref: string, suggestion: string): TidegateError {
  return failure('usage.invalid', {
    message: `There is no suite "${name}" in tidegate.yaml of ${ref}.`,
    hint: suggestion === '' ? 'It has no suites; docs/suites.md shows how to write one.' : suggestion,
    data: { suite: name, ref },
  });
}

export function nothingLiveToTest(name: string, service: string, environment: string): TidegateError {
  return failure('release.unknown', {
    message: `The suite ${name} asks what is live, and no version of ${service} is live in ${environment}.`,
    hint: `Deploy one first: "tidegate deploy ${environment}".`,
    data: { suite: name, service, environment },
  });
}

export function noEdgeForSuite(stack: string): TidegateError {
  return failure('edge.not-ready', {
    message: `No edge of ${stack} runs that a suite could ask.`,
    hint: `Look at "docker service ps ${stack}_tidegate-edge".`,
    data: { stack },
  });
}

export function notInRelease(
  { name, service }: { readonly name: string; readonly service: string },
  release: number,
): TidegateError {
  return failure('release.unknown', {
    message: `The suite ${name} asks the service ${service}, which release ${release} does not have.`,
    hint: `Deploy a commit that has ${service}, then run the suite again.`,
    data: { suite: name, service, release },
  });
}

export function nothingToPreview(environment: string): TidegateError {
  return failure('rollout.none', {
    message: `Nothing is being prepared in ${environment} that could be looked at before users see it.`,
    hint: `"tidegate deploy ${environment} REF --hold" stops before users see a release.`,
    data: { environment },
  });
}

export function cannotFixTexts(): TidegateError {
  return failure('usage.invalid', {
    message: '"validate" repairs files, not texts that are not saved: "fix" and "texts" do not go together.',
    hint: 'Take "fix" of each problem, which has its edits, or save the files first.',
  });
}
