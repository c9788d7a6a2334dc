/** What projects are called where several are shown: by their names, and by their folders where names are the same. */
import type { ProjectState } from './state.ts';

/** By folder. */
export function projectNames(projects: readonly ProjectState[]): ReadonlyMap<string, string> {
  return new Map(projects.map((project) => [project.folder, nameOf(project, projects)]));
}

function nameOf({ folder, name }: ProjectState, projects: readonly ProjectState[]): string {
  const same = projects.filter((one) => one.name === name && one.folder !== folder);
  return same.length === 0 ? name : `${name} (${ending(folder, same)})`;
}

/** The end of a path that no other has: `b` of `/code/b/shop` and `/code/c/shop` is `b/shop`. */
function ending(folder: string, others: readonly ProjectState[]): string {
  const parts = partsOf(folder);
  const own = parts.map((_, index) => parts.slice(parts.length - 1 - index));
  const isTaken = (end: readonly string[]): boolean =>
    others.some((other) => partsOf(other.folder).slice(-end.length).join('/') === end.join('/'));
  return (own.find((end) => !isTaken(end)) ?? parts).join('/');
}

function partsOf(folder: string): readonly string[] {
  return folder.split(/[\\/]/).filter((part) => part !== '');
}
