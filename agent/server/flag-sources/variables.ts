/** What services are told where another server holds the flags of their environment. Pure. */
import type { AppService, Project } from '../../config/model.ts';
import { flagServerVariable } from '../../release/slot-spec.ts';

/**
 * The address, and what kind of server it is: a part of a release's content, unlike Tidegate's own addresses, since it
 * may change. Never a token: that of the Admin API is not for services. What the compose file sets stays.
 */
export function toldOfFlagServer(project: Project): Project {
  const { flagServer } = project.environment;
  if (flagServer === undefined) return project;
  const variables = [
    [flagServerVariable, flagServer.kind],
    ['TIDEGATE_UNLEASH_URL', `${flagServer.url}/api`],
  ] as const;
  return { ...project, services: project.services.map((service) => withVariables(service, variables)) };
}

function withVariables(
  service: AppService,
  variables: readonly (readonly [name: string, value: string])[],
): AppService {
  const { template } = service;
  const { TaskTemplate: task } = template;
  const env = task.ContainerSpec.Env ?? [];
  const set = new Set(env.map((entry) => entry.split('=', 1)[0]));
  const added = variables.flatMap(([name, value]) => (set.has(name) ? [] : [`${name}=${value}`]));
  const container = { ...task.ContainerSpec, Env: [...env, ...added] };
  return { ...service, template: { ...template, TaskTemplate: { ...task, ContainerSpec: container } } };
}
