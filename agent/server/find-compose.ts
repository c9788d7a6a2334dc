/** Which compose files `init` starts from. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { nothingToStartFrom } from '../config/failures.ts';

/** As `docker compose` looks for them; then what stacks are often called. */
const usualNames = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
  ...['docker-stack.yaml', 'docker-stack.yml', 'stack.yaml', 'stack.yml'],
];

/** What people call the file they lay over it where it is for others than themselves. */
const liveNames = ['prod', 'production', 'live', 'deploy', 'swarm'];

export interface FoundCompose {
  /** For the new file; absolute. */
  readonly folder: string;
  /** Absolute; the first one, and what is laid over it. */
  readonly compose: readonly string[];
  /** About files beside it that are left alone. */
  readonly notes: readonly string[];
}

/** The one that is named, alone; else the nearest upwards, not beyond the repository, with what is laid over it. */
export async function findCompose(
  root: string,
  { folder, compose }: { readonly folder: string; readonly compose: string | null },
): Promise<FoundCompose> {
  const start = path.resolve(folder);
  if (compose !== null) {
    const named = path.resolve(start, compose);
    if (isOutside(root, named) || !(await isFile(named))) throw nothingToStartFrom([compose], start);
    return { folder: isOutside(root, start) ? root : start, compose: [named], notes: [] };
  }
  for (let at = start; !isOutside(root, at); at = path.dirname(at)) {
    for (const name of usualNames) if (await isFile(path.join(at, name))) return withOthers(at, name);
    if (path.dirname(at) === at) break;
  }
  throw nothingToStartFrom(usualNames, start);
}

async function withOthers(folder: string, name: string): Promise<FoundCompose> {
  const { name: stem } = path.parse(name);
  const beside = async (kinds: readonly string[]): Promise<readonly string[]> => {
    const candidates = kinds.flatMap((kind) => [`${stem}.${kind}.yaml`, `${stem}.${kind}.yml`]);
    const found = await Promise.all(candidates.map((one) => isFile(path.join(folder, one))));
    return candidates.filter((_, index) => found[index] === true);
  };
  const live = await beside(liveNames);
  // Several would be for several environments, and nobody but their user knows which.
  const laid = live.length === 1 ? live : [];
  const left = live.length > 1 ? live : [];
  return {
    folder,
    compose: [name, ...laid].map((one) => path.join(folder, one)),
    notes: [
      ...laid.map((one) => `${one} is laid over ${name}, as "docker compose -f ${name} -f ${one}" does`),
      ...left.map(
        (one) => `${one} is not used: name it in "compose: [${name}, ${one}]" if it is for all environments`,
      ),
      ...(await beside(['override'])).map(
        (one) => `${one} is not used: it is what "docker compose" adds on a laptop`,
      ),
    ],
  };
}

export async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

function isOutside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative.startsWith('..') || path.isAbsolute(relative);
}
