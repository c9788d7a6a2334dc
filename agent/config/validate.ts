/** All problems of a project's files for several environments at once. */
import type { CallerFiles } from './caller-files.ts';
import type { Variables } from './interpolate.ts';
import type { Problem, ReadFile } from './model.ts';
import { loadProject, type LoadedProject } from './project.ts';
import { sortProblems } from './report.ts';
import { readTidegateFile } from './tidegate-file.ts';
import { repositoryPath } from './repository-path.ts';

export interface ValidateRequest {
  readonly read: ReadFile;
  readonly caller: CallerFiles;
  readonly folder: string;
  /** `undefined`: every one that is written there. */
  readonly environment: string | undefined;
  readonly variables: Variables;
  /** What other files have to say once the project is loaded. */
  readonly furtherProblems: (loaded: LoadedProject, environment: string) => Promise<readonly Problem[]>;
}

export interface Validated {
  /** That were looked at. */
  readonly environments: readonly string[];
  /** Every one that is written there. */
  readonly known: readonly string[];
  readonly problems: readonly FoundProblem[];
}

export interface FoundProblem {
  readonly problem: Problem;
  readonly environments: readonly string[];
}

export async function validateFiles(request: ValidateRequest): Promise<Validated> {
  const { read, folder, variables } = request;
  const path = repositoryPath(folder, 'tidegate.yaml') ?? 'tidegate.yaml';
  const text = await read(path);
  const known = text === undefined ? [] : readTidegateFile(path, text).environmentNames;
  const wanted = request.environment === undefined ? known : [request.environment];
  const found = new Map<string, { readonly problem: Problem; readonly environments: string[] }>();
  // Without any environment the rest of the files is still looked at.
  for (const environment of wanted.length > 0 ? wanted : ['dev']) {
    const loaded = await loadProject({
      readCommitFile: read,
      readCheckoutFile: read,
      callerFiles: request.caller,
      environment,
      variables,
      folder,
    });
    for (const problem of [...loaded.problems, ...(await request.furtherProblems(loaded, environment))]) {
      const key = JSON.stringify(problem);
      const entry = found.get(key) ?? { problem, environments: [] };
      if (!entry.environments.includes(environment)) entry.environments.push(environment);
      found.set(key, entry);
    }
  }
  const sorted = sortProblems([...found.values()].map(({ problem }) => problem));
  return {
    environments: wanted,
    known,
    problems: sorted.flatMap((problem) => found.get(JSON.stringify(problem)) ?? []),
  };
}
