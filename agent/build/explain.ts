/** Makes a clear failure of what a builder says when it fails. Pure. */
import type { TidegateError } from '../common/errors.ts';
import type { EngineBuilder } from './builder-kind.ts';
import { lineOf, syntaxOf } from './dockerfile.ts';
import { buildFailed, missingFeature } from './failures.ts';
import type { StepPlace } from './progress.ts';

export interface FailedBuild {
  readonly service: string;
  /** The builder's own words. */
  readonly reason: string;
  readonly place: StepPlace | undefined;
  /** Path in the repository, and text. */
  readonly dockerfile: { readonly path: string; readonly text: string };
  readonly builder: EngineBuilder;
  /** Takes secrets out. */
  readonly mask: (text: string) => string;
}

export function explain(failed: FailedBuild): TidegateError {
  const { service, place, dockerfile, mask } = failed;
  const reason = mask(shortened(failed.reason));
  const cause = buildFailed({
    service,
    step: place === undefined ? undefined : mask(place.step),
    dockerfile: dockerfile.path,
    line: place === undefined ? lineNamed(reason) : lineOf(dockerfile.text, place),
    reason,
    output: (place?.output ?? []).map(mask),
  });
  return unsupported(reason, failed, cause) ?? cause;
}

/** Without the builder's own layers: `failed to solve with frontend dockerfile.v0: failed to build LLB: …`. */
function shortened(reason: string): string {
  return reason
    .trim()
    .replace(
      /^((failed to (solve|build LLB|create LLB definition|compute cache key)( with frontend \S+)?|rpc error: code = \w+ desc =|solve|from daemon):? )+/i,
      '',
    )
    .replace(/^executor failed running \[.*\]: /s, '')
    .replace(/^process ".*" did not complete successfully: /s, '')
    .replace(/^The command '.*' returned a non-zero code: (\d+)$/s, 'exit code: $1');
}

function lineNamed(reason: string): number | undefined {
  const line = /dockerfile parse error (?:on )?line (\d+)/i.exec(reason)?.[1];
  return line === undefined ? undefined : Number(line);
}

/** What the Dockerfile asks for and this builder does not have. */
function unsupported(
  reason: string,
  { dockerfile, builder, place }: FailedBuild,
  cause: TidegateError,
): TidegateError | undefined {
  const here = `this is ${builder.version}`;
  const syntax = syntaxOf(dockerfile.text);
  if (syntax !== undefined && place?.step.startsWith('resolve image config for') === true) {
    const what = `"# syntax=${syntax}" asks for a frontend that the engine cannot pull`;
    const hint = `Let the engine reach that registry, or remove the line: Docker Engine 23.0 and newer know today's syntax by themselves (${here}).`;
    return missingFeature(what, hint, cause);
  }
  const feature = featureOf(reason, dockerfile.text);
  if (feature === undefined || (builder.kind === 'buildkit' && builder.major >= 23)) return undefined;
  const hint = builder.refusesBuildkit
    ? `Let the engine use BuildKit: it was refused by DOCKER_BUILDKIT=0 or by the engine's own configuration (${here}).`
    : `Use Docker Engine 23.0 or newer (${here}), or write the step without it.`;
  return missingFeature(`The builder does not know ${feature}`, hint, cause);
}

function featureOf(reason: string, dockerfile: string): string | undefined {
  const option = /the (--\S+) option requires BuildKit/.exec(reason)?.[1];
  if (option !== undefined) return option;
  const flag = /Unknown flag: (\S+)/i.exec(reason)?.[1];
  if (flag !== undefined) return `--${flag}`;
  const hasHeredoc = /^\s*(RUN|COPY|ADD)\s.*<<-?["']?[A-Za-z_]/im.test(dockerfile);
  return hasHeredoc && /unknown instruction/i.test(reason) ? 'heredocs (<<EOF)' : undefined;
}
