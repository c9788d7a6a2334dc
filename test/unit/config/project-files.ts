import { loadProject, type LoadedProject, type LoadRequest } from '../../../agent/config/project.ts';
import type { Problem, Project, ReadFile } from '../../../agent/config/model.ts';

export const smallTidegate = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } }
services:
  web: { route: { port: 3000 } }
`;

export const smallCompose = `services:
  web:
    build: .
    healthcheck: { test: "true" }
    deploy: { replicas: 2 }
`;

export function reader(files: Readonly<Record<string, string>>): ReadFile {
  return (path) => Promise.resolve(Object.hasOwn(files, path) ? files[path] : undefined);
}

/** Loads a project whose checkout and commit are the same, unless a request says otherwise. */
export function load(
  files: Readonly<Record<string, string>>,
  request: Partial<LoadRequest> = {},
): Promise<LoadedProject> {
  const read = reader({ 'tidegate.yaml': smallTidegate, 'compose.yaml': smallCompose, ...files });
  return loadProject({
    readCommitFile: read,
    readCheckoutFile: read,
    environment: 'dev',
    variables: {},
    ...request,
  });
}

export async function loadRight(
  files: Readonly<Record<string, string>>,
  request: Partial<LoadRequest> = {},
): Promise<Project> {
  const { project, problems } = await load(files, request);
  if (!project) throw new Error(problems.map(shown).join('\n'));
  return project;
}

/** `file:line:column code: message`. */
export function shown({ file, line, column, code, message }: Problem): string {
  return `${file}:${line}:${column} ${code}: ${message}`;
}

export function errorsOf({ problems }: LoadedProject): readonly string[] {
  return problems.filter(({ severity }) => severity === 'error').map(shown);
}

export function warningsOf({ problems }: LoadedProject): readonly string[] {
  return problems.filter(({ severity }) => severity === 'warning').map(shown);
}
