/** Commands about the project's files, which need no environment. */
import type { Command } from './commands.ts';

export const fileCommands: readonly Command[] = [
  {
    name: 'init',
    positionals: ['[COMPOSE]'],
    flags: ['dry-run', 'fix'],
    summary: 'Write a first tidegate.yaml from a compose file, and say why it is as it is.',
    details:
      'Without COMPOSE: compose.yaml or docker-compose.yml, here or above. Replaces no file. See docs/getting-started.md.',
    request: ({ folder, positionals, set }) => ({
      method: 'init',
      params: {
        folder,
        compose: positionals.COMPOSE ?? null,
        write: !set.has('dry-run'),
        fix: set.has('fix'),
      },
    }),
  },
  {
    name: 'validate',
    positionals: ['[ENV]'],
    flags: ['fix'],
    summary: 'Check tidegate.yaml and the compose file as they are in the working tree.',
    details:
      'Without ENV: for every environment of the project. Needs no engine. Exits with 2 when there are errors.',
    request: ({ folder, positionals, set }) => ({
      method: 'validate',
      params: { folder, environment: positionals.ENV ?? null, fix: set.has('fix') },
    }),
  },
];
