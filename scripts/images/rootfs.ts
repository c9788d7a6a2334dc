/** The files of an image, collected in memory and written as the tar a build wants. */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';
import { output } from '../command.ts';

type Entry =
  | { readonly kind: 'folder'; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file'; readonly mode: number; readonly source: string }
  | { readonly kind: 'text'; readonly mode: number; readonly text: string };

export class RootFs {
  readonly #entries = new Map<string, Entry>();

  folder(at: string, mode = 0o755): void {
    this.#entries.set(at, { kind: 'folder', mode });
  }

  text(at: string, text: string, mode = 0o644): void {
    this.#entries.set(at, { kind: 'text', mode, text });
  }

  link(at: string, target: string): void {
    this.#entries.set(at, { kind: 'link', target });
  }

  /**
   * A program of the host and every shared library it needs, each at the path the loader looks for it.
   * `libraries`: an unpacked tree whose libraries come before the host's (and lose that prefix).
   */
  async program(source: string, at: string, libraries = ''): Promise<void> {
    this.#file(source, at);
    for (const library of await sharedLibraries(source, libraries)) {
      this.#file(
        library,
        libraries && library.startsWith(libraries) ? library.slice(libraries.length) : library,
      );
      if (path.basename(library) === 'libc.so.6') await this.#nameServices(path.dirname(library));
    }
  }

  /** Writes everything below `prefix`. */
  async writeTo(tar: Pack, prefix: string): Promise<void> {
    for (const [at, entry] of this.#entries) await writeEntry(tar, path.posix.join(prefix, at), entry);
  }

  #file(source: string, at: string): void {
    this.#entries.set(at, { kind: 'file', mode: 0o755, source });
  }

  /** Before glibc 2.34 name lookups were plug-ins that nothing links to. */
  async #nameServices(folder: string): Promise<void> {
    for (const name of ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']) {
      const library = path.join(folder, name);
      if (await stat(library).catch(() => undefined)) this.#file(library, library);
    }
  }
}

async function writeEntry(tar: Pack, name: string, entry: Entry): Promise<void> {
  const mtime = new Date(0);
  switch (entry.kind) {
    case 'folder':
      tar.entry({ name, type: 'directory', mode: entry.mode, mtime });
      return;
    case 'link':
      tar.entry({ name, type: 'symlink', linkname: entry.target, mtime });
      return;
    case 'file':
      tar.entry({ name, mode: entry.mode, mtime }, await readFile(await realpath(entry.source)));
      return;
    case 'text':
      tar.entry({ name, mode: entry.mode, mtime }, entry.text);
      return;
  }
}

/** A build context: a Dockerfile beside the files below `root/`. */
export function buildContext(dockerfile: string, files: RootFs): Readable {
  const tar = pack();
  tar.entry({ name: 'Dockerfile' }, dockerfile);
  files.writeTo(tar, 'root').then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(tar);
}

/** What `ldd` says a program loads; nothing for a static one. */
async function sharedLibraries(program: string, libraries: string): Promise<readonly string[]> {
  const folders = libraries ? await libraryFolders(libraries) : [];
  const text = await output('ldd', [program], { env: { LD_LIBRARY_PATH: folders.join(':') } }).catch(
    () => '',
  );
  const missing = /^\s*(\S+) => not found/m.exec(text)?.[1];
  if (missing) throw new Error(`${program} needs ${missing}, which is neither installed nor unpacked`);
  return [...text.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, library]) => library ?? []);
}

async function libraryFolders(root: string): Promise<readonly string[]> {
  const text = await output('find', [root, '-name', '*.so*', '-printf', '%h\\n']);
  return [...new Set(text.split('\n').filter(Boolean))];
}
