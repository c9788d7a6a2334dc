/**
 * The overrides of this user, a file each: two programs that write at once never lose what the other said, without
 * any lock. They belong to a project's folder, so that two checkouts of a project have their own.
 */
import path from 'node:path';
import * as z from 'zod';
import { canonicalJson, sha256 } from '../../common/canonical.ts';
import type { Json } from '../../common/json.ts';
import type { Override } from '../../flags/overrides.ts';
import { openSmallFiles } from './small-files.ts';

const json = z.json() as z.ZodType<Json>;
const content = z.object({
  format: z.literal(1),
  /** Absolute path of the folder of tidegate.yaml. */
  folder: z.string(),
  flag: z.string(),
  targetingKey: z.string().nullable(),
  to: z.union([z.strictObject({ variant: z.string() }), z.strictObject({ value: json })]),
});

export interface OverrideFiles {
  /** Where they are kept, for who wants to be told of changes. */
  folder(): Promise<string>;
  /** By flag, those for everybody first. */
  list(): Promise<readonly Override[]>;
  /** False: it was so already. */
  put(override: Override): Promise<boolean>;
  remove(override: Override): Promise<void>;
}

/** `project`: absolute path of the folder of its tidegate.yaml. */
export function openOverrideFiles(stateFolder: string, project: string): OverrideFiles {
  const files = openSmallFiles(path.join(stateFolder, 'flag-overrides'), content);
  const prefix = `${shortHash(project)}-`;
  const nameOf = ({ flag, targetingKey }: Override): string =>
    `${prefix}${shortHash(JSON.stringify([flag, targetingKey]))}`;
  const list = async (): Promise<readonly Override[]> =>
    (await files.list(prefix))
      .filter(({ value }) => value.folder === project)
      .map(({ value: { flag, targetingKey, to } }) => ({ flag, targetingKey, to }))
      .sort(byFlag);
  return {
    folder: () => files.made(),
    list,
    put: async (override) => {
      const known = (await list()).find(
        ({ flag, targetingKey }) => flag === override.flag && targetingKey === override.targetingKey,
      );
      if (known && canonicalJson(known.to) === canonicalJson(override.to)) return false;
      await files.write(nameOf(override), { format: 1, folder: project, ...override });
      return true;
    },
    remove: (override) => files.remove(nameOf(override)),
  };
}

function byFlag(a: Override, b: Override): number {
  if (a.flag !== b.flag) return a.flag < b.flag ? -1 : 1;
  return (a.targetingKey ?? '') < (b.targetingKey ?? '') ? -1 : 1;
}

function shortHash(text: string): string {
  return sha256(text).slice(0, 16);
}
