/** A first tidegate.yaml out of what is in the repository: finds, reads, decides. Writes nothing. */
import { names, stackName } from '../../common/names.ts';
import type { InitDecision } from '../../protocol/init.ts';
import type { CallerFiles } from '../caller-files.ts';
import { loadComposeTree } from '../compose-tree.ts';
import { dockerfileFacts, type DockerfileFacts } from '../dockerfile-facts.ts';
import type { Variables } from '../interpolate.ts';
import type { Problem, ReadFile } from '../model.ts';
import { activeProfiles } from '../profiles.ts';
import { Report } from '../report.ts';
import { folderOf } from '../repository-path.ts';
import { withDotenv } from '../variables.ts';
import { decide, type Decision } from './decide.ts';
import { survey, type SurveyedService } from './survey.ts';
import { firstFile } from './write.ts';

/** Of the edge. */
const usualPort = 8080;

export interface FirstProjectRequest {
  readonly read: ReadFile;
  readonly caller: CallerFiles;
  readonly variables: Variables;
  /** The compose file, and those that are laid over it. */
  readonly compose: readonly ComposeName[];
  /** Compose files beside it that are left alone, with the reason. */
  readonly notes?: readonly string[];
  /** Names the project where the compose file does not. */
  readonly folderName: string;
}

export interface ComposeName {
  /** Inside the repository. */
  readonly path: string;
  /** As seen from the folder of the new file. */
  readonly written: string;
}

export type FirstProject =
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }
  | { readonly kind: 'file'; readonly text: string; readonly decisions: readonly InitDecision[] };

export async function firstProject(request: FirstProjectRequest): Promise<FirstProject> {
  const { read, caller } = request;
  const report = new Report();
  const paths = request.compose.map(({ path }) => ({ path, at: { file: path, line: 1, column: 1 } }));
  const path = paths[0]?.path ?? '';
  const variables = await withDotenv(folderOf(path), request.variables, { read, caller, report });
  const tree = await loadComposeTree(paths, { read, variables, caller, report });
  const found = tree && survey(tree, variables);
  if (!found || found.services.length === 0)
    return { kind: 'unreadable', problems: report.hasErrors ? report.problems() : [noServices(path)] };
  const dockerfiles = await readDockerfiles(found.services, read);
  const files = await readMounted(found.services, read);
  const project = projectName(found.name, request.folderName);
  const decisions = decide(found, {
    project: project.name,
    profiles: activeProfiles(variables),
    dockerfile: ({ name }) => dockerfiles.get(name),
    files: ({ name }) => files.get(name) ?? [],
  });
  return {
    kind: 'file',
    text: firstFile({
      project: project.name,
      compose: request.compose.map(({ written }) => written),
      edgePort: usualPort,
      decisions,
    }),
    decisions: [
      { kind: 'project', service: null, what: project.name, why: project.why, notes: request.notes ?? [] },
      {
        kind: 'edge',
        service: null,
        what: `port ${usualPort} of dev`,
        why: 'visitors come in there',
        notes: [],
      },
      ...decisions.map(told),
    ],
  };
}

function noServices(path: string): Problem {
  return {
    ...{ severity: 'error', file: path, line: 1, column: 1, code: 'compose.missing-key' },
    message: `${path} holds no services.`,
    hint: 'Write them under "services:".',
  };
}

async function readDockerfiles(
  services: readonly SurveyedService[],
  read: ReadFile,
): Promise<ReadonlyMap<string, DockerfileFacts>> {
  const found = services.map(async ({ name, build }) => {
    const text = build && (await read(build.dockerfile));
    return text === undefined || !build ? [] : [[name, dockerfileFacts(text, build)] as const];
  });
  return new Map((await Promise.all(found)).flat());
}

async function readMounted(
  services: readonly SurveyedService[],
  read: ReadFile,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = services.map(async ({ name, files }) => {
    const texts = await Promise.all(files.map((file) => read(file)));
    return [name, texts.filter((text) => text !== undefined)] as const;
  });
  return new Map(await Promise.all(found));
}

/** What Swarm allows for the longest name that is made of it. */
function longestProject(): number {
  return 64 - names.file(stackName('', 'production'), 'edge-config', '0'.repeat(12)).length;
}

function projectName(
  written: string | undefined,
  folder: string,
): { readonly name: string; readonly why: string } {
  const clean = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, longestProject())
      .replace(/^-+|-+$/g, '');
  const own = written === undefined ? '' : clean(written);
  if (own !== '') return { name: own, why: 'the compose file says so ("name:")' };
  const name = clean(folder);
  return name === ''
    ? { name: 'project', why: 'the name of the folder has no letters that could be used' }
    : { name, why: 'the folder is called so' };
}

function told(one: Decision): InitDecision {
  const { service, why, notes } = one;
  switch (one.kind) {
    case 'route': {
      const where = [...(one.hosts.length > 0 ? one.hosts : ['every host']), ...one.paths].join(' ');
      return {
        kind: 'route',
        service,
        what: `route ${where} -> ${one.port}`,
        why,
        notes: [...notes, ...shared(one)],
      };
    }
    case 'internal':
      return {
        kind: 'internal',
        service,
        what: `internal, http://${service}:${one.port}`,
        why,
        notes: [...notes, ...shared(one)],
      };
    case 'worker':
      return { kind: 'worker', service, what: 'worker', why, notes: [...notes, ...shared(one)] };
    case 'backing':
      return { kind: 'backing', service, what: 'not swapped', why, notes };
    case 'left-out':
      return { kind: 'left-out', service, what: 'left out', why, notes };
  }
}

function shared({ sharedVolumes }: { readonly sharedVolumes: readonly string[] }): readonly string[] {
  if (sharedVolumes.length === 0) return [];
  return [
    `the old and the new release both write to ${sharedVolumes.join(', ')} for a while ("volumes: shared")`,
  ];
}
