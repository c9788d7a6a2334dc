/**
 * A path written in a file, as a path inside the repository: `/` between parts, `''` for the root.
 * `undefined` when it leaves the repository or is no relative path. Pure text: links are not followed.
 */
export function repositoryPath(folder: string, written: string): string | undefined {
  if (
    written.startsWith('/') ||
    written.includes('\\') ||
    written.includes('\0') ||
    /^[A-Za-z]:/.test(written)
  )
    return undefined;
  const parts: string[] = [];
  for (const part of `${folder}/${written}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** The folder of a path, `''` for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
