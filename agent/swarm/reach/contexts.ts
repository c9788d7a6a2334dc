/**
 * The contexts of the docker CLI, read from its own files: `contexts/meta/<sha256 of the name>/meta.json`, and the
 * certificates in `contexts/tls/<the same>/docker`. docker-modem knows nothing of them.
 */
import * as z from 'zod';
import { sha256 } from '../../common/canonical.ts';
import { brokenContext, unknownContext } from './failures.ts';
import { paths, type Surroundings } from './surroundings.ts';

export interface ChosenContext {
  readonly name: string;
  /** Who said so. */
  readonly source: string;
}

export interface DockerContext {
  /** As `docker context create --docker host=` got it; empty for the usual places. */
  readonly host: string;
  readonly tlsFolder: string;
  /** It says that nobody's certificate is to be checked. */
  readonly skipsVerification: boolean;
}

const cliConfig = z.looseObject({ currentContext: z.string().optional() });
const named = z.looseObject({ Name: z.string() });
const contextMeta = z.looseObject({
  Endpoints: z.looseObject({
    docker: z.looseObject({ Host: z.string().default(''), SkipTLSVerify: z.boolean().default(false) }),
  }),
});

export async function chosenContext(around: Surroundings): Promise<ChosenContext | undefined> {
  if (around.context) return { name: around.context, source: `docker context ${around.context}` };
  const fromEnv = around.env['DOCKER_CONTEXT'];
  if (fromEnv) return { name: fromEnv, source: 'DOCKER_CONTEXT' };
  const text = await around.readFile(paths(around).join(configFolder(around), 'config.json'));
  const current = parsed(cliConfig, text)?.currentContext;
  return current ? { name: current, source: `the current docker context ${current}` } : undefined;
}

/** Throws `engine.unknown-context`. */
export async function readContext(chosen: ChosenContext, around: Surroundings): Promise<DockerContext> {
  const path = paths(around);
  const folder = path.join(configFolder(around), 'contexts');
  const id = sha256(chosen.name);
  const file = path.join(folder, 'meta', id, 'meta.json');
  const text = await around.readFile(file);
  if (text === undefined) throw unknownContext(chosen, folder, await contextNames(around));
  const endpoint = parsed(contextMeta, text)?.Endpoints.docker;
  if (!endpoint) throw brokenContext(chosen, file);
  return {
    host: endpoint.Host,
    tlsFolder: path.join(folder, 'tls', id, 'docker'),
    skipsVerification: endpoint.SkipTLSVerify,
  };
}

/** Sorted; without `default`, which has no file. */
export async function contextNames(around: Surroundings): Promise<readonly string[]> {
  const path = paths(around);
  const folder = path.join(configFolder(around), 'contexts', 'meta');
  const found = await Promise.all(
    (await around.list(folder)).map(
      async (id) => parsed(named, await around.readFile(path.join(folder, id, 'meta.json')))?.Name,
    ),
  );
  return found.filter((name) => name !== undefined).sort();
}

export function configFolder(around: Surroundings): string {
  const fromEnv = around.env['DOCKER_CONFIG'];
  return fromEnv ? fromEnv : paths(around).join(around.home, '.docker');
}

/** A file that is not JSON, or not as it should be, says nothing: as if it were not there. */
function parsed<T>(shape: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
