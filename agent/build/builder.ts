/** Images out of git objects, content-addressed. */
import type { ImageSource } from '../config/model.ts';
import type { Commit, Repository } from '../git/repository.ts';

export interface BuildRequest {
  readonly repository: Repository;
  readonly commit: Commit;
  readonly stack: string;
  readonly project: string;
  readonly service: string;
  readonly source: ImageSource;
  /** Where the image is pushed to, `registry.example/shop`; without it, it stays on the engine. */
  readonly registry?: string | undefined;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface BuiltImage {
  /** What a task template names: `sha256:<image id>`, or `registry.example/shop/web@sha256:<manifest>`. */
  readonly ref: string;
  /** `sha256:…` of one or the other. */
  readonly digest: string;
  /** False when an image with the same content key was there already. */
  readonly built: boolean;
}

export interface Builder {
  /**
   * Content key of what `build` would give, without building: equal keys, equal images. For a named image its
   * id where the engine has it, else its name. With a registry: the place of the built image in it, or the digest that
   * the named one has in its own.
   */
  key(
    request: Pick<BuildRequest, 'repository' | 'commit' | 'source' | 'service' | 'registry'>,
  ): Promise<string>;
  /** Throws `build.failed` (naming the step, with its last lines), `build.cancelled`, `build.unsupported`, `image.missing`, `registry.*`. */
  build(request: BuildRequest): Promise<BuiltImage>;
}
