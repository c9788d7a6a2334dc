/** Commands about flags on this machine. */
import type { Command, Typed } from './commands.ts';
import { usage } from './failures.ts';

export const localFlagCommands: readonly Command[] = [
  {
    name: 'flags serve',
    positionals: ['[ENV]'],
    flags: ['live', 'port'],
    summary: 'Serve the flags of the working tree on this machine.',
    details:
      'Until Ctrl-C. Without ENV: the first environment. What is saved is served at once. See docs/flags.md.',
    request: ({ folder, positionals, set, texts }) => ({
      method: 'flags.serve',
      params: {
        folder,
        environment: positionals.ENV ?? null,
        states: set.has('live') ? 'environment' : 'file',
        port: portOf(texts.port),
      },
    }),
  },
  {
    name: 'flags variables',
    positionals: ['[ENV]'],
    flags: [],
    summary: 'Show what an application is told to read the flags served here.',
    details: 'env $(tidegate flags variables) npm start. Or write them into a file: … > .env',
    request: ({ folder, positionals }) => ({
      method: 'flags.variables',
      params: { folder, environment: positionals.ENV ?? null },
    }),
  },
  {
    name: 'flags override',
    positionals: ['[KEY]', '[VALUE]'],
    flags: ['for', 'clear'],
    summary: 'Let a flag be something else on this machine; --clear: no longer.',
    details:
      'VALUE is a variant, the value of one, or JSON. With --clear and without KEY: all. No environment is changed.',
    request: (typed) => (typed.set.has('clear') ? clearing(typed) : overriding(typed)),
  },
  {
    name: 'flags overrides',
    positionals: [],
    flags: [],
    summary: 'List what is overridden and served on this machine.',
    details: '',
    request: ({ folder }) => ({ method: 'flags.local', params: { folder, follow: false } }),
  },
];

type Request = ReturnType<NonNullable<Command['request']>>;

function overriding({ folder, positionals: { KEY, VALUE }, texts }: Typed): Request {
  if (KEY === undefined || VALUE === undefined)
    throw usage(
      'A flag and what it is to be are missing.',
      'Write "tidegate flags override KEY VALUE", or --clear instead of a value.',
    );
  return {
    method: 'flags.override',
    params: { folder, key: KEY, to: VALUE, targetingKey: texts.for ?? null },
  };
}

function clearing({ folder, positionals: { KEY, VALUE }, texts }: Typed): Request {
  if (VALUE !== undefined) throw usage('--clear takes no value.', 'Leave one of them out.');
  return {
    method: 'flags.clearOverrides',
    params: { folder, key: KEY ?? null, ...(texts.for !== undefined && { targetingKey: texts.for }) },
  };
}

function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) < 65_535) return Number(text);
  throw usage(`--port ${text} is not a port.`, "Write a number from 1 to 65534; the next one is flagd's.");
}
