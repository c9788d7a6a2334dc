/** Tasks of type `tidegate`: what is written in tasks.json, as the words of the command line. Pure. */
import { l10n } from './l10n.ts';

export const taskType = 'tidegate';

export const taskCommands = ['deploy', 'rollback', 'plan', 'suite'] as const;
export type TaskCommand = (typeof taskCommands)[number];

export interface TaskDefinition {
  readonly command: TaskCommand;
  readonly environment: string;
  /** Tag, branch or commit; of a rollback the tag. */
  readonly ref?: string;
  readonly suite?: string;
  /** Of tidegate.yaml, seen from the workspace folder. */
  readonly folder?: string;
}

/** What is wrong with it, or the words for the command line. */
export function taskWords(given: unknown): readonly string[] | { readonly wrong: string } {
  const definition = readDefinition(given);
  if ('wrong' in definition) return definition;
  const { command, environment, ref, suite, folder } = definition;
  if (command === 'suite' && suite === undefined)
    return { wrong: l10n.t('A task that runs a suite needs its name: "suite": "unit".') };
  // Names may look like flags; behind `--` nothing does.
  return [
    command,
    ...(folder === undefined ? [] : ['--folder', folder]),
    '--',
    environment,
    ...(command === 'suite' ? [suite ?? ''] : []),
    ...(ref === undefined ? [] : [ref]),
  ];
}

function readDefinition(given: unknown): TaskDefinition | { readonly wrong: string } {
  const written = (given ?? {}) as Readonly<Record<string, unknown>>;
  const { command, environment } = written;
  const known = taskCommands.find((one) => one === command);
  if (known === undefined)
    return { wrong: l10n.t('"command" of a Tidegate task is one of {0}.', taskCommands.join(', ')) };
  if (typeof environment !== 'string' || environment === '')
    return { wrong: l10n.t('A Tidegate task needs the name of an environment: "environment": "dev".') };
  for (const name of ['ref', 'suite', 'folder'])
    if (written[name] !== undefined && (typeof written[name] !== 'string' || written[name] === ''))
      return { wrong: l10n.t('"{0}" of a Tidegate task is a text.', name) };
  const text = (name: string): object => (written[name] === undefined ? {} : { [name]: written[name] });
  return { command: known, environment, ...text('ref'), ...text('suite'), ...text('folder') };
}

const toEnvironment: Readonly<Record<TaskCommand, string>> = {
  ...{ deploy: 'to', rollback: 'of', plan: 'for', suite: 'in' },
};

/** Not translated: tasks.json may refer to it. */
export function taskName({ command, environment, ref, suite, folder }: TaskDefinition): string {
  const where = folder === undefined ? undefined : `(${folder})`;
  return [command, suite, ref, toEnvironment[command], environment, where]
    .filter((word) => word !== undefined)
    .join(' ');
}
