/** Being told that files may have changed, whoever changes them. */
import { watch, type FSWatcher } from 'node:fs';

/** Some file systems (of containers, of other machines) tell of nothing. */
const lookMs = 2_000;
/** A file that is saved makes several events. */
const calmMs = 20;

/** Calls after something in one of these folders may have changed, and every two seconds anyway; returns how to stop. */
export function watchFolders(folders: readonly string[], onNews: () => void): () => void {
  let calm: NodeJS.Timeout | undefined;
  const soon = (): void => {
    calm ??= setTimeout(() => {
      calm = undefined;
      onNews();
    }, calmMs);
  };
  const watchers = [...new Set(folders)].flatMap((folder) => open(folder, soon));
  const timer = setInterval(onNews, lookMs).unref();
  return () => {
    clearTimeout(calm);
    clearInterval(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** The folder may not be there, or the system may have no watches left: then looking every two seconds has to do. */
function open(folder: string, onNews: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onNews);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
