/**
 * Who the user is at the registries that a Dockerfile builds on. BuildKit asks for a login when a registry wants one, over
 * the build's session; the classic builder gets those of all images it will need, in a header. Nothing is kept.
 */
import { dockerHub, registryOf, repositoryOf } from '../swarm/image-name.ts';
import type { Login, Logins } from '../swarm/logins.ts';
import { registryDenied, troubleOf } from '../swarm/registry-failures.ts';

export interface BaseLogins {
  /** `host` as BuildKit names it: `registry.example:5000`, or one of Docker Hub's. */
  readonly ofHost: (host: string) => Promise<Login | undefined>;
  /** `X-Registry-Config`; `undefined` where docker has no login for any of the images. */
  readonly header: () => Promise<string | undefined>;
  /** Throws what a build that failed really failed with, when it was a login. */
  readonly throwFor: (reason: string, at: { readonly engine: string; readonly doing: string }) => void;
}

/** `images`: those that the Dockerfile names. */
export function baseLogins(logins: Logins, images: readonly string[]): BaseLogins {
  const answered = new Map<string, 'given' | 'none'>();
  let failed: unknown;
  const of = async (ref: string): Promise<Login | undefined> => {
    try {
      const login = await logins.of(ref);
      answered.set(registryOf(ref) ?? '', login ? 'given' : 'none');
      return login;
    } catch (error) {
      failed ??= error;
      throw error;
    }
  };
  return {
    ofHost: (host) => of(`${hubHosts.has(host) ? dockerHub : host}/image`),
    header: async () => {
      const all: Record<string, Login> = {};
      for (const ref of images) {
        const login = await of(ref);
        if (login) all[login.serveraddress] = login;
      }
      return Object.keys(all).length === 0 ? undefined : urlBase64(JSON.stringify(all));
    },
    throwFor: (reason, { engine, doing }) => {
      if (failed instanceof Error) throw failed;
      if (troubleOf(reason) !== 'denied') return;
      const ref =
        images.find((image) => reason.includes(repositoryOf(image))) ??
        images.find((image) => answered.has(registryOf(image) ?? ''));
      const login = ref === undefined ? undefined : answered.get(registryOf(ref) ?? '');
      if (ref !== undefined) throw registryDenied({ engine, doing, ref }, reason, login ?? 'none');
    },
  };
}

const hubHosts: ReadonlySet<string> = new Set(['registry-1.docker.io', 'index.docker.io', 'docker.io']);

/** With its padding, which the engine's decoder wants. */
function urlBase64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
