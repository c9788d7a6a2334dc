/** Help texts, out of the table of commands. */
import { commands, flags, globalFlags, type Command, type Flag } from './commands.ts';
import { alignColumns } from './table.ts';

/** `tidegate deploy ENV [REF] [--hold]` */
export function usageLine(command: Command): string {
  const options = command.flags.map((flag) => `[${written(flag)}]`);
  return ['tidegate', command.name, ...command.positionals, ...options].join(' ');
}

/** The list of commands. */
export function overview(): string {
  return [
    'Usage: tidegate COMMAND [ENV] [...]',
    '',
    'Brings git tags into environments on a Docker Swarm, and back.',
    '',
    'Commands:',
    ...alignColumns(commands.map((command) => [`  ${shape(command)}`, command.summary])),
    '',
    'Everywhere:',
    ...flagLines(globalFlags),
    '',
    'Exit codes:',
    '  0 done (also: unchanged, held)   1 failed, nothing changed   2 usage or configuration',
    '  3 reverted   4 partial: look at it   5 busy: try again   130 cancelled',
    '',
    '"tidegate help COMMAND" says more.',
  ].join('\n');
}

/** How one command is used. */
export function helpFor(command: Command): string {
  return [
    `Usage: ${usageLine(command)}`,
    '',
    command.summary,
    ...(command.details === '' ? [] : [command.details]),
    '',
    ...(command.flags.length === 0 ? [] : ['Flags:', ...flagLines(command.flags), '']),
    'Everywhere:',
    ...flagLines(globalFlags),
  ].join('\n');
}

function shape(command: Command): string {
  return [command.name, ...command.positionals].join(' ');
}

function flagLines(list: readonly Flag[]): string[] {
  return alignColumns(
    list.map((flag) => {
      const { short } = flags[flag];
      return [`  ${written(flag)}${short === null ? '' : `, -${short}`}`, flags[flag].summary];
    }),
  );
}

function written(flag: Flag): string {
  const { takes } = flags[flag];
  return takes === null ? `--${flag}` : `--${flag} ${takes}`;
}
