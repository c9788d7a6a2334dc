/** `suites:` of tidegate.yaml: which image each runs in, with every default filled in. */
import { suggestion } from '../common/did-you-mean.ts';
import { dockerfileStages } from './dockerfile-stages.ts';
import type { ImageSource, ReadFile, Suite, AppService } from './model.ts';
import { wordsOf } from './release-command.ts';
import type { Finding, Place, Report } from './report.ts';
import { defaults, type SuiteInput } from './schema.ts';
import type { TidegateFile } from './tidegate-file.ts';
import { locate } from './yaml-tree.ts';

export interface SuitesRequest {
  readonly file: TidegateFile;
  readonly services: readonly AppService[];
  /** Of the commit. */
  readonly readFile: ReadFile;
  readonly report: Report;
}

export async function readSuites(request: SuitesRequest): Promise<readonly Suite[]> {
  const suites: Suite[] = [];
  for (const [name, input] of request.file.suites) {
    const suite = await readSuite(request, name, input);
    if (suite) suites.push(suite);
  }
  return suites;
}

async function readSuite(
  { file, services, readFile, report }: SuitesRequest,
  name: string,
  input: SuiteInput,
): Promise<Suite | undefined> {
  const complain = (key: string, finding: Finding): void =>
    report.error(valuePlace(file, ['suites', name, key]), finding);
  if (!file.serviceNames.includes(input.service))
    complain('service', unknownService(name, input.service, file.serviceNames));
  const service = services.find((one) => one.name === input.service);
  if (!service) return undefined;
  if (service.kind === 'worker' && input.stage !== 'build')
    complain('stage', nobodyToAsk(name, input.stage, service.name));
  const { target } = input;
  if (target !== undefined && service.source.kind === 'image')
    complain('target', nothingBuilt(name, service.name));
  const stages = target === undefined ? undefined : await stagesOf(service.source, readFile);
  if (target !== undefined && stages && !isStage(target, stages))
    complain('target', unknownTarget(name, target, stages, service.source));
  return {
    name,
    stage: input.stage,
    service: service.name,
    source: withTarget(service.source, target),
    hasOwnTarget: target !== undefined,
    command: input.command === undefined ? undefined : wordsOf(input.command),
    report: input.report,
    timeoutMs: input.timeout ?? defaults.suiteTimeoutMs,
    retries: input.retries ?? 0,
  };
}

function withTarget(source: ImageSource, target: string | undefined): ImageSource {
  return source.kind === 'build' && target !== undefined ? { ...source, target } : source;
}

/** `undefined` where there is no Dockerfile to look into; building says so. */
async function stagesOf(source: ImageSource, readFile: ReadFile): Promise<readonly string[] | undefined> {
  const text = source.kind === 'build' ? await readFile(source.dockerfile) : undefined;
  return text === undefined ? undefined : dockerfileStages(text);
}

/** Builders also take the number of a stage, and no difference between upper and lower case. */
function isStage(target: string, stages: readonly string[]): boolean {
  return /^\d+$/.test(target) || stages.some((stage) => stage.toLowerCase() === target.toLowerCase());
}

function valuePlace(file: TidegateFile, path: readonly string[]): Place {
  return file.tree ? locate(file.tree, path).tree.at : file.place();
}

function unknownService(name: string, service: string, known: readonly string[]): Finding {
  return {
    code: 'config.unknown-service',
    message: `suites.${name}.service: there is no service "${service}" under "services:".`,
    hint: suggestion(service, known),
  };
}

function nobodyToAsk(name: string, stage: string, service: string): Finding {
  return {
    code: 'config.invalid-value',
    message: `suites.${name}.stage: ${service} is a worker, and a suite of stage ${stage} asks a service with a route.`,
    hint: 'Use stage build, or name a service with a route.',
  };
}

function nothingBuilt(name: string, service: string): Finding {
  return {
    code: 'config.no-build',
    message: `suites.${name}.target: ${service} is not built, it has an image of its own: there are no stages.`,
    hint: 'Remove "target:" to run the suite in that image.',
  };
}

function unknownTarget(
  name: string,
  target: string,
  stages: readonly string[],
  source: ImageSource,
): Finding {
  const dockerfile = source.kind === 'build' ? source.dockerfile : '';
  return {
    code: 'config.unknown-target',
    message: `suites.${name}.target: ${dockerfile} has no stage "${target}".`,
    hint: stages.length === 0 ? 'Name a stage there: "FROM image AS test".' : suggestion(target, stages),
  };
}
