/** Who serves flags on this machine, said in the user's folder for what runs: whichever process does, all see it. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { sha256 } from '../../common/canonical.ts';
import { checkFolder, makeFolder } from '../../protocol/connection/folder.ts';
import { lives, markOf } from '../../protocol/connection/process.ts';
import type { ServedFlags } from '../../protocol/local-flags.ts';
import { openSmallFiles } from './small-files.ts';

const content = z.object({
  format: z.literal(1),
  /** Absolute path of the folder of tidegate.yaml. */
  folder: z.string(),
  pid: z.int().positive(),
  started: z.string().nullable(),
  environment: z.string(),
  states: z.enum(['file', 'environment']),
  url: z.string(),
  variables: z.record(z.string(), z.string()),
});

export interface Announcements {
  /** Where they are kept, for who wants to be told of changes. Throws `agent.unsafe` as `announce` does. */
  folder(): Promise<string>;
  /** Of processes that live; what dead ones left is removed. */
  list(): Promise<readonly ServedFlags[]>;
  /** Returns how to take it back. */
  announce(served: ServedFlags): Promise<() => Promise<void>>;
}

/** `project`: absolute path of the folder of its tidegate.yaml. */
export function openAnnouncements(runtimeFolder: string, project: string): Announcements {
  const files = openSmallFiles(path.join(runtimeFolder, 'flags'), content);
  const prefix = `${sha256(project).slice(0, 16)}-`;
  return {
    folder: async () => {
      await makeFolder(runtimeFolder);
      return files.made();
    },
    list: async () => {
      // What others could have written there tells nothing.
      const isOurs = await checkFolder(runtimeFolder).then(
        () => true,
        () => false,
      );
      if (!isOurs) return [];
      const found: ServedFlags[] = [];
      for (const { name, value } of await files.list(prefix)) {
        const { environment, states, url, variables, pid } = value;
        if (!(await lives(value))) await files.remove(name);
        else if (value.folder === project) found.push({ environment, states, url, variables, pid });
      }
      return found.sort((a, b) => (a.environment < b.environment ? -1 : 1));
    },
    announce: async (served) => {
      const { environment, states, url, variables, pid } = served;
      const name = `${prefix}${randomBytes(6).toString('hex')}`;
      const { started } = await markOf(pid);
      await makeFolder(runtimeFolder);
      await files.write(name, {
        ...{ format: 1, folder: project, pid, started },
        ...{ environment, states, url, variables },
      });
      return () => files.remove(name);
    },
  };
}
