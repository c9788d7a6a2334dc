/** The one table of what can be typed: parsing, help and usage errors all come from it. */
import type { Method, Params } from '../protocol/methods.ts';
import { usage } from './failures.ts';
import { fileCommands } from './file-commands.ts';
import { swarmStart } from './swarm-command.ts';
import { flagCommands } from './flag-commands.ts';
import { flagSettlingCommands } from './flag-settling-commands.ts';
import { localFlagCommands } from './local-flag-commands.ts';
import { watchCommands } from './watch-commands.ts';

export const flags = {
  'upgrade-edge': {
    takes: null,
    short: null,
    summary: 'Also replace the edge when its spec changed (interrupts traffic).',
  },
  hold: {
    takes: null,
    short: null,
    summary: 'Stop after verifying, before users see it; go on with promote or abort.',
  },
  junit: { takes: 'FILE', short: null, summary: 'Write what the test suites said to FILE, as JUnit XML.' },
  tail: { takes: 'N', short: null, summary: 'How many of the newest lines to begin with (100).' },
  follow: { takes: null, short: null, summary: 'Go on as new lines come, until Ctrl-C.' },
  cert: { takes: 'FILE', short: null, summary: 'PEM file of the certificate, then its chain.' },
  key: { takes: 'FILE', short: null, summary: 'PEM file of its key, not encrypted.' },
  volumes: { takes: null, short: null, summary: 'Also remove the volumes, and all data in them.' },
  fix: { takes: null, short: null, summary: 'Repair what a machine can repair, in the files.' },
  'dry-run': { takes: null, short: null, summary: 'Write nothing, only say what would be written.' },
  'with-flags': { takes: null, short: null, summary: 'Also switch flags to what they were then.' },
  share: { takes: 'PERCENT', short: null, summary: 'For how many of the users: 25%.' },
  variant: { takes: 'NAME', short: null, summary: 'Which variant of the flag they get.' },
  reason: { takes: 'TEXT', short: null, summary: 'Why, for the history; at most 200 characters.' },
  format: { takes: 'FORMAT', short: null, summary: 'Of the file: flagd, unleash or tidegate.' },
  from: { takes: 'NAME', short: null, summary: 'Which environment of theirs, where a file has several.' },
  replace: { takes: null, short: null, summary: 'Replace flags that are there already.' },
  rotate: { takes: null, short: null, summary: 'Make a new token; the one before stays good.' },
  force: { takes: null, short: null, summary: 'Also when services that run would be turned away.' },
  require: { takes: null, short: null, summary: 'Turn SDKs away that send no token.' },
  open: { takes: null, short: null, summary: 'Let SDKs in that send no token.' },
  user: { takes: 'NAME', short: null, summary: 'Who asks: the targetingKey.' },
  context: { takes: 'JSON', short: null, summary: 'What is known of the user, as a JSON object.' },
  live: {
    takes: null,
    short: null,
    summary: 'Switched as they are in the environment, not as the file says.',
  },
  port: { takes: 'PORT', short: null, summary: "Listen there; the next one is flagd's." },
  for: { takes: 'USER', short: null, summary: 'For this user alone: the targetingKey.' },
  clear: { takes: null, short: null, summary: 'Take overrides back.' },
  description: { takes: 'TEXT', short: null, summary: 'What the flag is for.' },
  kind: {
    takes: 'KIND',
    short: null,
    summary: 'release (if left out), experiment, ops or kill-switch.',
  },
  stdio: { takes: null, short: null, summary: 'JSON-RPC over standard input and output.' },
  folder: { takes: 'DIR', short: 'C', summary: 'Work as if started in DIR.' },
  json: {
    takes: null,
    short: null,
    summary: 'One JSON document on standard output; events as JSON lines on standard error.',
  },
  yes: { takes: null, short: 'y', summary: 'Answer every question with yes.' },
  help: { takes: null, short: 'h', summary: 'Show how a command is used.' },
  version: { takes: null, short: null, summary: 'Show the version.' },
} as const satisfies Record<string, { takes: string | null; short: string | null; summary: string }>;

export type Flag = keyof typeof flags;

/** Taken by every command. */
export const globalFlags: readonly Flag[] = ['folder', 'json', 'yes', 'help', 'version'];

/** What was typed behind a command's name. */
export interface Typed {
  readonly folder: string;
  /** By the position's name; only optional ones may be missing. */
  readonly positionals: Readonly<Record<string, string | undefined>>;
  /** Of a last position that takes any number of words, `[KEY...]`: all of them. */
  readonly rest: readonly string[];
  readonly set: ReadonlySet<Flag>;
  readonly tail: number;
  /** Of `--share`, in percent. */
  readonly share: number | undefined;
  /** Of flags that take a text. */
  readonly texts: Readonly<Partial<Record<Flag, string>>>;
  /** Of flags that take a path: absolute. */
  readonly files: Readonly<Partial<Record<Flag, string>>>;
}

/** A call of the agent, its parameters matching its method. */
export type Request = { [M in Method]: { readonly method: M; readonly params: Params<M> } }[Method];

export interface Command {
  /** One word, or two: `edge forget`. */
  readonly name: string;
  /** In order; the optional ones in brackets, as help shows them. */
  readonly positionals: readonly string[];
  readonly flags: readonly Flag[];
  readonly summary: string;
  /** What help adds. */
  readonly details: string;
  /** What to ask before going on, if anything. */
  readonly confirm?: (typed: Typed) => string | undefined;
  /** `undefined`: the CLI does it by itself. */
  readonly request?: (typed: Typed) => Request;
}

export const commands: readonly Command[] = [
  ...fileCommands,
  {
    name: 'setup',
    positionals: ['ENV'],
    flags: ['upgrade-edge'],
    summary: 'Bring the edge and control into the environment.',
    details: 'Safe to repeat: a second run changes nothing.',
    confirm: ({ set, positionals }) =>
      set.has('upgrade-edge')
        ? `Replacing the edge of ${positionals.ENV ?? ''} interrupts its traffic for some seconds on each node.`
        : undefined,
    request: ({ folder, positionals, set }) => ({
      method: 'setup',
      params: { folder, environment: needed(positionals, 'ENV'), upgradeEdge: set.has('upgrade-edge') },
    }),
  },
  swarmStart,
  {
    name: 'deploy',
    positionals: ['ENV', '[REF]'],
    flags: ['hold', 'junit'],
    summary: 'Build a tag, branch or commit, place it beside what runs, and move the traffic.',
    details:
      'Without REF: HEAD. Only what is committed is deployed. Deploying what already runs changes nothing.',
    request: ({ folder, positionals, set }) => ({
      method: 'deploy',
      params: {
        folder,
        environment: needed(positionals, 'ENV'),
        ref: positionals.REF ?? 'HEAD',
        hold: set.has('hold'),
      },
    }),
  },
  {
    name: 'promote',
    positionals: ['ENV'],
    flags: ['junit'],
    summary: 'Give the held or shifting release all the traffic.',
    details: '',
    request: ({ folder, positionals }) => ({
      method: 'promote',
      params: { folder, environment: needed(positionals, 'ENV') },
    }),
  },
  {
    name: 'abort',
    positionals: ['ENV'],
    flags: [],
    summary: 'Give all the traffic back to the release before the running rollout.',
    details: '',
    request: ({ folder, positionals }) => ({
      method: 'abort',
      params: { folder, environment: needed(positionals, 'ENV') },
    }),
  },
  {
    name: 'rollback',
    positionals: ['ENV', '[TAG]'],
    flags: ['dry-run', 'with-flags', 'junit'],
    summary: 'Bring an earlier release back.',
    details:
      'Without TAG: the release before the one that is live. With --dry-run: says what it would do, and what differs.',
    request: ({ folder, positionals, set }) => {
      const asked = { folder, environment: needed(positionals, 'ENV'), tag: positionals.TAG ?? null };
      if (set.has('dry-run')) return { method: 'rollbackPlan', params: asked };
      return { method: 'rollback', params: { ...asked, ...(set.has('with-flags') && { withFlags: true }) } };
    },
  },
  {
    name: 'suite',
    positionals: ['ENV', 'NAME', '[REF]'],
    flags: ['junit'],
    summary: 'Run a test suite: of a commit (stage build), or against what is live.',
    details:
      'Without REF: as HEAD has it, or, for what is live, as its own commit does. Exits with 1 when it fails.',
    request: ({ folder, positionals }) => ({
      method: 'suite',
      params: {
        folder,
        environment: needed(positionals, 'ENV'),
        suite: needed(positionals, 'NAME'),
        ref: positionals.REF ?? null,
      },
    }),
  },
  {
    name: 'status',
    positionals: ['[ENV]'],
    flags: [],
    summary: 'Show what answers, per service and slot, the edges, and what is going on.',
    details: 'Without ENV: every environment of the project.',
    request: ({ folder, positionals }) => ({
      method: 'status',
      params: { folder, environment: positionals.ENV ?? null },
    }),
  },
  {
    name: 'releases',
    positionals: ['ENV'],
    flags: [],
    summary: 'List the releases that can be brought back.',
    details: '',
    request: ({ folder, positionals }) => ({
      method: 'releases',
      params: { folder, environment: needed(positionals, 'ENV') },
    }),
  },
  {
    name: 'logs',
    positionals: ['ENV', '[SERVICE]'],
    flags: ['tail', 'follow'],
    summary: 'Show what the containers wrote.',
    details: 'With --json: one JSON object a line, the count of lines as the last.',
    request: ({ folder, positionals, set, tail }) => ({
      method: 'logs',
      params: {
        folder,
        environment: needed(positionals, 'ENV'),
        service: positionals.SERVICE ?? null,
        tail,
        follow: set.has('follow'),
      },
    }),
  },
  {
    name: 'plan',
    positionals: ['ENV', '[REF]'],
    flags: [],
    summary: 'Show what a deploy would do: builds, reuses, differences, what cannot be undone.',
    details: 'Without REF: HEAD. Changes nothing.',
    request: ({ folder, positionals }) => ({
      method: 'plan',
      params: { folder, environment: needed(positionals, 'ENV'), ref: positionals.REF ?? 'HEAD' },
    }),
  },
  {
    name: 'project',
    positionals: [],
    flags: [],
    summary: 'List the environments that tidegate.yaml names.',
    details: 'Asks no cluster.',
    request: ({ folder }) => ({ method: 'project', params: { folder } }),
  },
  {
    name: 'refs',
    positionals: [],
    flags: [],
    summary: 'List what can be deployed: tags, HEAD, branches.',
    details: '',
    request: ({ folder }) => ({ method: 'refs', params: { folder } }),
  },
  {
    name: 'history',
    positionals: ['ENV'],
    flags: [],
    summary: 'List every rollout: who, what, from where to where, and how it ended.',
    details: 'Newest first; also those that never became a release.',
    request: ({ folder, positionals }) => ({
      method: 'history',
      params: { folder, environment: needed(positionals, 'ENV') },
    }),
  },
  {
    name: 'preview',
    positionals: ['ENV'],
    flags: [],
    summary: 'Make a link to the release that is prepared or held; users do not see it.',
    details: 'The link ends after eight hours.',
    request: ({ folder, positionals }) => ({
      method: 'preview',
      params: { folder, environment: needed(positionals, 'ENV') },
    }),
  },
  {
    name: 'doctor',
    positionals: ['[ENV]'],
    flags: [],
    summary: 'Check this machine, its engine and the environments, and say what to do.',
    details:
      'Without ENV: every environment of the project. Changes nothing. Exits with 1 when a check fails.',
    request: ({ folder, positionals }) => ({
      method: 'doctor',
      params: { folder, environment: positionals.ENV ?? null },
    }),
  },
  ...watchCommands,
  {
    name: 'down',
    positionals: ['ENV'],
    flags: ['volumes'],
    summary: 'Remove the environment: services, edge, control, ledger.',
    details: 'Volumes stay unless --volumes is given. Asks first.',
    confirm: ({ set, positionals }) =>
      set.has('volumes')
        ? `This removes the environment ${positionals.ENV ?? ''}, its releases, and its volumes with all data in them.`
        : `This removes the environment ${positionals.ENV ?? ''} and its releases; its volumes stay.`,
    request: ({ folder, positionals, set }) => ({
      method: 'down',
      params: { folder, environment: needed(positionals, 'ENV'), volumes: set.has('volumes') },
    }),
  },
  ...(['on', 'off'] as const).map((state): Command => ({
    name: `maintenance ${state}`,
    positionals: ['ENV'],
    flags: [],
    summary:
      state === 'on'
        ? 'Show users a page that says "under maintenance" instead of the application.'
        : 'Take the maintenance page away.',
    details: 'Previews and probes still pass, so deploying goes on working.',
    request: ({ folder, positionals }) => ({
      method: 'maintenance',
      params: { folder, environment: needed(positionals, 'ENV'), on: state === 'on' },
    }),
  })),
  {
    name: 'backing apply',
    positionals: ['ENV', 'SERVICE', '[REF]'],
    flags: [],
    summary: 'Change a database or broker to what the compose file says; asks first.',
    details:
      'Without REF: HEAD. Its tasks stop before the new ones start. Deploys never change it. Shows what differs.',
    request: ({ folder, positionals }) => ({
      method: 'backing.apply',
      params: {
        folder,
        environment: needed(positionals, 'ENV'),
        service: needed(positionals, 'SERVICE'),
        ref: positionals.REF ?? 'HEAD',
      },
    }),
  },
  {
    name: 'cert set',
    positionals: ['ENV', 'NAME'],
    flags: ['cert', 'key'],
    summary: 'Bring a certificate, or a renewed one, to the edges; no request is lost.',
    details: 'NAME is one of environments.ENV.edge.tls. One that is expired, or does not match, is refused.',
    request: ({ folder, positionals, files }) => ({
      method: 'setCertificate',
      params: {
        folder,
        environment: needed(positionals, 'ENV'),
        name: needed(positionals, 'NAME'),
        certificateFile: neededFile(files, 'cert'),
        keyFile: neededFile(files, 'key'),
      },
    }),
  },
  {
    name: 'edge forget',
    positionals: ['ENV', 'NODE'],
    flags: [],
    summary: 'Stop waiting for the edge of a node that is gone for good.',
    details: 'The way out when a rollout ended "partial" because an edge cannot be asked.',
    request: ({ folder, positionals }) => ({
      method: 'forgetEdge',
      params: { folder, environment: needed(positionals, 'ENV'), node: needed(positionals, 'NODE') },
    }),
  },
  ...flagCommands,
  ...flagSettlingCommands,
  ...localFlagCommands,
  {
    name: 'agent',
    positionals: [],
    flags: ['stdio'],
    summary: 'Serve the agent API: to every client of this user, or with --stdio to one program.',
    details: 'Ends by itself when nobody has used it for a while. See docs/agent.md.',
  },
  {
    name: 'help',
    positionals: ['[COMMAND]'],
    flags: [],
    summary: 'Show this, or how a command is used.',
    details: '',
  },
];

/** The parser has seen to it that it is there. */
function needed(positionals: Typed['positionals'], name: string): string {
  return positionals[name] ?? '';
}

function neededFile(files: Typed['files'], flag: Flag): string {
  const file = files[flag];
  if (file === undefined) throw usage(`--${flag} is missing.`, `Write --${flag} FILE.`);
  return file;
}
