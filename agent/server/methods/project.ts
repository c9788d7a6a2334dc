import path from 'node:path';
import type { Params, Results } from '../../protocol/methods.ts';
import type { ProjectEnvironment } from '../../protocol/project.ts';
import type { Environment } from '../../config/model.ts';
import type { Agent } from '../agent.ts';
import { serverName } from '../flag-sources/open.ts';
import { edgeUrl, openCheckout } from '../place.ts';

/** The environments that tidegate.yaml of the checkout names; no cluster is asked. */
export async function project(agent: Agent, params: Params<'project'>): Promise<Results['project']> {
  const { repository, folder, environments, hosts } = await openCheckout(agent, params.folder);
  return {
    project: projectName(environments[0]),
    folder: path.join(repository.root, folder),
    environments: environments.map((environment): ProjectEnvironment => ({
      environment: environment.name,
      stack: environment.stack,
      protected: environment.protected,
      dockerContext: environment.dockerContext ?? null,
      url: edgeUrl(environment, hosts[0]),
      ...(environment.edge.tls !== undefined && { certificates: environment.edge.tls }),
      ...serverName(environment),
    })),
  };
}

/** A stack is `<project>-<environment>`. */
function projectName(environment: Environment | undefined): string {
  return environment?.stack.slice(0, -(environment.name.length + 1)) ?? '';
}
