/** Commands that bring flags into other programs' files, and out of them. */
import path from 'node:path';
import type { Command, Typed } from './commands.ts';
import { usage } from './failures.ts';

const exported = ['flagd', 'unleash', 'launchdarkly', 'tidegate'] as const;
const imported = ['auto', ...exported] as const;

export const flagExchangeCommands: readonly Command[] = [
  {
    name: 'flags export',
    positionals: ['ENV'],
    flags: ['format'],
    summary: 'Print the flags of an environment, as they are now, in a format of others.',
    details:
      '--format flagd (default), unleash, launchdarkly, tidegate. Exits with 4 when it cannot say some of them.',
    request: (typed) => ({
      method: 'flags.export',
      params: {
        folder: typed.folder,
        environment: typed.positionals.ENV ?? '',
        format: formatOf(typed, exported, 'flagd'),
      },
    }),
  },
  {
    name: 'flags import',
    positionals: ['FILE'],
    flags: ['format', 'from', 'replace', 'dry-run'],
    summary: 'Add the flags of another program to the flags file of the working tree.',
    details:
      '--format flagd, unleash, launchdarkly, tidegate; left out: what it looks like. Exits with 4 when something is lost.',
    request: (typed) => ({
      method: 'flags.import',
      params: {
        folder: typed.folder,
        file: path.resolve(typed.folder, typed.positionals.FILE ?? ''),
        format: formatOf(typed, imported, 'auto'),
        from: typed.texts.from ?? null,
        replace: typed.set.has('replace'),
        write: !typed.set.has('dry-run'),
      },
    }),
  },
];

function formatOf<F extends string>({ texts: { format } }: Typed, known: readonly F[], otherwise: F): F {
  if (format === undefined) return otherwise;
  const found = known.find((one) => one === format);
  if (found !== undefined) return found;
  throw usage(`--format ${format} is not known.`, `Write one of ${known.join(', ')}.`);
}
