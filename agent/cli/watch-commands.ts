/** Commands that show what happens for as long as somebody looks. */
import type { Command } from './commands.ts';

export const watchCommands: readonly Command[] = [
  {
    name: 'watch',
    positionals: ['ENV'],
    flags: [],
    summary: 'Show the environment and what changes in it, whoever changes it, until Ctrl-C.',
    details: 'With --json: one JSON object a line.',
    request: ({ folder, positionals }) => ({
      method: 'watch',
      params: { folder, environment: positionals.ENV ?? '', since: null },
    }),
  },
  {
    name: 'traffic',
    positionals: ['ENV'],
    flags: [],
    summary: 'Show what the edges count: requests, errors and latency of each slot, until Ctrl-C.',
    details: 'With --json: one JSON object a line.',
    request: ({ folder, positionals }) => ({
      method: 'traffic',
      params: { folder, environment: positionals.ENV ?? '' },
    }),
  },
];
