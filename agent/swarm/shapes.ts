/** Parts of Docker's answers that several nouns share. Go leaves empty maps and lists out, or sends `null`. */
import * as z from 'zod';

export const labelMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});

export const version = z.object({ Index: z.number().int() });

/** A list, or what Go makes of an empty one. */
export function listOf<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** `filters` of a list call for objects that carry all these labels. */
export function labelFilter(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify({ label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) });
}
