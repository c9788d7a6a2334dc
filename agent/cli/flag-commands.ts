/** Commands about feature flags. */
import type { Command, Typed } from './commands.ts';
import { usage } from './failures.ts';

export const flagCommands: readonly Command[] = [
  {
    name: 'flags list',
    positionals: ['ENV'],
    flags: [],
    summary: 'List the feature flags of the live release, and whether each is on.',
    details: 'Flags that were switched here and are not defined any more are listed as such.',
    request: ({ folder, positionals }) => ({
      method: 'flags.list',
      params: { folder, environment: positionals.ENV ?? '' },
    }),
  },
  ...(['on', 'off'] as const).map((state): Command => ({
    name: `flags ${state}`,
    positionals: ['ENV', 'KEY'],
    flags: state === 'on' ? ['share', 'variant', 'reason'] : ['reason'],
    summary: `Switch a feature flag ${state}, and wait until control serves it.`,
    details: 'No task restarts. See docs/flags.md.',
    request: ({ folder, positionals, share, texts: { variant, reason } }) => ({
      method: 'flags.set',
      params: {
        folder,
        environment: positionals.ENV ?? '',
        key: positionals.KEY ?? '',
        on: state === 'on',
        ...(share !== undefined && { share }),
        ...(variant !== undefined && { variant }),
        ...(reason !== undefined && { reason }),
      },
    }),
  })),
  {
    name: 'flags create',
    positionals: ['ENV', 'KEY'],
    flags: ['description', 'kind'],
    summary: 'Create a flag at the server that holds the flags of the environment.',
    details: 'Where there is no such server, flags come with the commit. See docs/unleash.md.',
    request: (typed) => ({
      method: 'flags.create',
      params: {
        folder: typed.folder,
        environment: typed.positionals.ENV ?? '',
        key: typed.positionals.KEY ?? '',
        description: typed.texts.description ?? '',
        kind: kindOf(typed),
      },
    }),
  },
  {
    name: 'flags token',
    positionals: ['ENV'],
    flags: ['rotate', 'force', 'require', 'open'],
    summary: 'Show what SDKs read flags with; make it where there is none.',
    details: 'Services get it as TIDEGATE_FLAGS_TOKEN when they are placed next. See docs/flags.md.',
    request: ({ folder, positionals, set }) => {
      if (set.has('force') && !set.has('rotate'))
        throw usage('--force belongs to --rotate.', 'Leave it out, or write --rotate as well.');
      if (set.has('require') && set.has('open'))
        throw usage('--require and --open say opposite things.', 'Leave one of them out.');
      const required = set.has('require') ? true : set.has('open') ? false : undefined;
      return {
        method: 'flags.token',
        params: {
          folder,
          environment: positionals.ENV ?? '',
          rotate: set.has('rotate'),
          ...(set.has('force') && { force: true }),
          ...(required !== undefined && { required }),
        },
      };
    },
  },
  {
    name: 'flags evaluate',
    positionals: ['ENV', '[KEY]'],
    flags: ['user', 'context'],
    summary: 'Show who gets what: the flags of an environment for one user, and why.',
    details: `--context '{"plan": "pro"}' says what else is known of the user. Without KEY: all flags.`,
    request: (typed) => ({
      method: 'flags.evaluate',
      params: {
        folder: typed.folder,
        environment: typed.positionals.ENV ?? '',
        key: typed.positionals.KEY ?? null,
        context: contextOf(typed),
      },
    }),
  },
  {
    name: 'flags counts',
    positionals: ['ENV', '[KEY]'],
    flags: [],
    summary: 'Show how often flags are asked for, variant by variant, and which SDKs are connected.',
    details:
      'Control counts in memory: "since" says from when on. Without KEY: all flags. See docs/flags.md.',
    request: ({ folder, positionals }) => ({
      method: 'flags.counts',
      params: { folder, environment: positionals.ENV ?? '', key: positionals.KEY ?? null },
    }),
  },
];

const kinds = ['release', 'experiment', 'ops', 'kill-switch'] as const;

function kindOf({ texts }: Typed): (typeof kinds)[number] {
  const { kind: written = 'release' } = texts;
  const kind = kinds.find((one) => one === written);
  if (kind === undefined) throw usage(`--kind is not ${written}.`, `It is one of: ${kinds.join(', ')}.`);
  return kind;
}

type Context = Extract<
  ReturnType<NonNullable<Command['request']>>,
  { method: 'flags.evaluate' }
>['params']['context'];

function contextOf({ texts }: Typed): Context {
  const { user, context = '{}' } = texts;
  const wrong = usage('--context is not a JSON object.', `Write it like this: --context '{"plan": "pro"}'.`);
  let value: unknown;
  try {
    value = JSON.parse(context);
  } catch {
    throw wrong;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong;
  return { ...(value as Context), ...(user !== undefined && { targetingKey: user }) };
}
