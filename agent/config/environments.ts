import { stackName } from '../common/names.ts';
import { flagServerOf } from './flag-server.ts';
import type { Variables } from './interpolate.ts';
import type { Environment } from './model.ts';
import { defaults, type EnvironmentInput } from './schema.ts';
import type { TidegateFile } from './tidegate-file.ts';
import { entryOf, locate } from './yaml-tree.ts';

/**
 * The environments of a file that are right, with every default filled in. TIDEGATE_EDGE_IMAGE and
 * TIDEGATE_CONTROL_IMAGE among the caller's variables win over the file: a machine without a registry has its own.
 */
export function environmentsOf(file: TidegateFile, variables: Variables): readonly Environment[] {
  const { project } = file;
  if (project === undefined) return [];
  return [...file.environments].map(([name, input]) => ({
    name,
    stack: stackName(project, name),
    dockerContext: input.dockerContext,
    protected: input.protected ?? false,
    url: input.url,
    edge: input.edge,
    registry: input.registry,
    images: imagesOf(input, variables),
    ...flagServerOf(input.flags),
    variables: variablesOf(file, name),
  }));
}

function imagesOf({ images }: EnvironmentInput, variables: Variables): Environment['images'] {
  const edge = [variables['TIDEGATE_EDGE_IMAGE'], images?.edge].find(isGiven);
  const control = [variables['TIDEGATE_CONTROL_IMAGE'], images?.control].find(isGiven);
  return { edge: edge ?? defaults.images.edge, control: control ?? defaults.images.control };
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

/** As they are written: `1.10` stays `1.10`. */
function variablesOf(file: TidegateFile, environment: string): Environment['variables'] {
  const tree = file.tree && locate(file.tree, ['environments', environment]).tree;
  const variables = entryOf(tree, 'variables')?.value;
  if (variables?.kind !== 'map') return {};
  return Object.fromEntries(
    variables.entries.flatMap(({ key, value }) => (value.kind === 'scalar' ? [[key, value.source]] : [])),
  );
}
