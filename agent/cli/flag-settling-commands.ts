/** Commands about what flags are in the file and here, what they were, and going back. */
import type { Command, Typed } from './commands.ts';
import { usage } from './failures.ts';
import { flagExchangeCommands } from './flag-exchange-commands.ts';

export const flagSettlingCommands: readonly Command[] = [
  {
    name: 'flags drift',
    positionals: ['ENV', '[KEY...]'],
    flags: [],
    summary: 'Show which flags are switched otherwise than the flags file says.',
    details: 'Of the file in the working tree. "tidegate plan" shows the same for a commit.',
    request: (typed) => ({ method: 'flags.drift', params: asked(typed) }),
  },
  {
    name: 'flags take',
    positionals: ['ENV', '[KEY...]'],
    flags: ['dry-run'],
    summary: 'Write what is live into the flags file, for this environment.',
    details: 'Without KEY: all that differ. Comments and order stay. Changes nothing that is live.',
    request: (typed) => ({
      method: 'flags.take',
      params: { ...asked(typed), write: !typed.set.has('dry-run') },
    }),
  },
  {
    name: 'flags apply',
    positionals: ['ENV', '[KEY...]'],
    flags: ['dry-run', 'reason'],
    summary: 'Make flags what the flags file says, and wait until control serves them.',
    details: 'Without KEY: all that differ. With --dry-run: shows what differs.',
    request: (typed) => {
      const { reason } = typed.texts;
      return typed.set.has('dry-run')
        ? { method: 'flags.drift', params: asked(typed) }
        : { method: 'flags.apply', params: { ...asked(typed), ...(reason !== undefined && { reason }) } };
    },
  },
  {
    name: 'flags history',
    positionals: ['ENV', 'KEY'],
    flags: [],
    summary: 'List who switched a flag when, from what to what, and why.',
    details: 'Newest first. The ledger keeps the last change of each flag, and the last 200 of all.',
    request: ({ folder, positionals }) => ({
      method: 'flags.history',
      params: { folder, environment: positionals.ENV ?? '', key: positionals.KEY ?? '' },
    }),
  },
  {
    name: 'flags undo',
    positionals: ['ENV', 'KEY', '[CHANGE]'],
    flags: [],
    summary: 'Make a flag what it was before its last change.',
    details:
      'CHANGE: the number of that change, as "flags history" shows it; refused when somebody changed the flag since.',
    request: ({ folder, positionals }) => {
      const change = changeOf(positionals.CHANGE);
      return {
        method: 'flags.undo',
        params: {
          folder,
          environment: positionals.ENV ?? '',
          key: positionals.KEY ?? '',
          ...(change !== undefined && { change }),
        },
      };
    },
  },
  ...flagExchangeCommands,
];

function asked({ folder, positionals, rest }: Typed): {
  folder: string;
  environment: string;
  keys: string[];
} {
  return { folder, environment: positionals.ENV ?? '', keys: [...rest] };
}

function changeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw usage(
    `${text} is not the number of a change.`,
    'Take it from "tidegate flags history", or leave it out.',
  );
}
