/** The images everything starts from: pulled where a registry answers, built from the host's packages elsewhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { sha256 } from '../../agent/common/canonical.ts';
import { labels } from '../../agent/common/names.ts';
import { hasDebianPackages } from './debian.ts';
import { pull } from './pull.ts';
import { haproxyRecipe, nodeRecipe, redisRecipe, type Recipe } from './recipes.ts';
import { buildContext } from './rootfs.ts';

/** References that a compose file, a Dockerfile's `FROM` and a service spec can name. */
export interface BaseImages {
  readonly edge: string;
  readonly control: string;
  /** What the sample project builds on. */
  readonly node: string;
}

export const publicImages: BaseImages = {
  edge: 'haproxy:3.0-alpine',
  control: 'node:22-alpine',
  node: 'node:22-alpine',
};

/** On every image that is built here; its value tells from which recipe. */
const recipeLabel = 'tidegate.recipe';
export const baseImageLabels = { [labels.object]: 'base-image' } as const;

const registrySilenceMs = 10_000;

/**
 * Finds, pulls or builds the base images. Idempotent: what is there already is used as it is.
 * Throws when no registry answers and the host has no Debian packages to build from.
 */
export async function ensureBaseImages(docker: Docker, say: (line: string) => void): Promise<BaseImages> {
  if (await arePresent(docker, [publicImages.edge, publicImages.node])) return publicImages;
  const built = await findBuilt(docker);
  if (built) return built;

  say(`Pulling ${publicImages.edge} and ${publicImages.node} …`);
  const outcomes = await Promise.all(
    [publicImages.edge, publicImages.node].map((ref) => pull(docker, ref, registrySilenceMs)),
  );
  const failed = outcomes.find((outcome) => outcome.kind === 'failed');
  if (!failed) return publicImages;

  say(`They cannot be pulled (${failed.reason}).`);
  if (!(await hasDebianPackages()))
    throw new Error(
      `No registry can be reached and this is no Debian or Ubuntu, whose packages could be used instead. ` +
        `Load ${publicImages.edge} and ${publicImages.node} into the engine (docker load), then run this again.`,
    );
  say(`Building the base images from this machine's Debian packages instead.`);
  const edge = await build(docker, haproxyRecipe, say);
  const node = await build(docker, nodeRecipe, say);
  return { edge, control: node, node };
}

/** What the sample project keeps its orders in. */
export const publicStore = 'redis:7-alpine';

/** Finds, pulls or builds the sample's store; only who runs the whole sample needs it. Throws as `ensureBaseImages`. */
export async function ensureStoreImage(docker: Docker, say: (line: string) => void): Promise<string> {
  if (await arePresent(docker, [publicStore])) return publicStore;
  const built = await findByRecipe(docker, redisRecipe);
  if (built !== undefined) return built;
  say(`Pulling ${publicStore} …`);
  const outcome = await pull(docker, publicStore, registrySilenceMs);
  if (outcome.kind === 'pulled') return publicStore;
  say(`It cannot be pulled (${outcome.reason}).`);
  if (!(await hasDebianPackages()))
    throw new Error(`Load ${publicStore} into the engine (docker load), then run this again.`);
  return build(docker, redisRecipe, say);
}

/** Removes what was built here; pulled images stay. Images in use are left alone. */
export async function removeBuiltBaseImages(docker: Docker): Promise<readonly string[]> {
  const images = await docker.listImages({ filters: { label: labelFilter(baseImageLabels) } });
  const removed: string[] = [];
  for (const ref of images.flatMap((image) => image.RepoTags ?? [])) {
    const gone = await docker
      .getImage(ref)
      .remove()
      .then(
        () => true,
        () => false,
      );
    if (gone) removed.push(ref);
  }
  return removed;
}

async function arePresent(docker: Docker, refs: readonly string[]): Promise<boolean> {
  const images = await docker.listImages();
  const present = new Set(images.flatMap((image) => image.RepoTags ?? []));
  return refs.every((ref) => present.has(ref));
}

async function findBuilt(docker: Docker): Promise<BaseImages | undefined> {
  const edge = await findByRecipe(docker, haproxyRecipe);
  const node = await findByRecipe(docker, nodeRecipe);
  return edge && node ? { edge, control: node, node } : undefined;
}

async function findByRecipe(docker: Docker, recipe: Recipe): Promise<string | undefined> {
  const images = await docker.listImages({ filters: { label: labelFilter(labelsOf(recipe)) } });
  return images
    .flatMap((image) => image.RepoTags ?? [])
    .find((ref) => ref.startsWith(`${repositoryOf(recipe)}:`));
}

async function build(docker: Docker, recipe: Recipe, say: (line: string) => void): Promise<string> {
  const there = await findByRecipe(docker, recipe);
  if (there) return there;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-base-'));
  try {
    const { files, tag } = await recipe.cook(folder);
    const ref = `${repositoryOf(recipe)}:${tag}`;
    say(`  ${ref}`);
    const progress = await docker.buildImage(buildContext(recipe.dockerfile, files), {
      t: ref,
      labels: labelsOf(recipe),
      rm: true,
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error, lines: { error?: string }[]) => {
        const reason = error?.message ?? lines.find((line) => line.error)?.error;
        if (reason === undefined) resolve();
        else reject(new Error(`The base image ${ref} could not be built: ${reason}`));
      });
    });
    return ref;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const repositoryOf = (recipe: Recipe): string => `tidegate-base/${recipe.name}`;

const labelsOf = (recipe: Recipe): Record<string, string> => ({
  ...baseImageLabels,
  [recipeLabel]: sha256([process.arch, recipe.name, recipe.text].join('\n')).slice(0, 16),
});

const labelFilter = (wanted: Readonly<Record<string, string>>): string[] =>
  Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
