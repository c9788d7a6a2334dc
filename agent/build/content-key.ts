/** What an image is made of, as one hash: equal key, no rebuild. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { Commit, Repository } from '../git/repository.ts';
import {
  contextDigest,
  nameInContext,
  readDockerfile,
  type BuilderKind,
  type BuildSource,
} from './context.ts';

/** Of this recipe. Changing what a build is given or how it is told must change it. */
const recipe = 2;

/**
 * Lower-case hex SHA-256. Everything in it comes out of the commit's trees, so it takes a few object reads and no
 * look at the files. `kind` counts as far as the builders read different ignore files. The base image is not in it
 * (docs/adr/0026-content-keys.md).
 */
export async function contentKey(
  { repository, commit }: { readonly repository: Repository; readonly commit: Commit },
  source: BuildSource,
  kind: BuilderKind,
): Promise<string> {
  const [context, dockerfile] = await Promise.all([
    contextDigest({ repository, commit }, source, kind),
    readDockerfile(repository, commit, source),
  ]);
  return sha256(
    canonicalJson({
      recipe,
      context,
      // By its text, not its object: it may be a symbolic link to a file outside of the context, or ignored.
      dockerfile: sha256(dockerfile),
      // A foreign one is copied under another name than one inside.
      name: nameInContext(source),
      args: source.args,
      target: source.target ?? null,
    }),
  );
}
