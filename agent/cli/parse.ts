/** From what was typed to what is meant. Pure; throws `usage.invalid`. */
import path from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  commands,
  flags,
  globalFlags,
  type Command,
  type Flag,
  type Request,
  type Typed,
} from './commands.ts';
import { usage } from './failures.ts';
import { usageLine } from './help.ts';
import { suggestion } from '../common/did-you-mean.ts';

export interface Options {
  readonly json: boolean;
  readonly yes: boolean;
  /** Absolute path of the file that gets what suites said. */
  readonly junit?: string;
}

export type Invocation =
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'agent'; readonly over: 'stdio' | 'socket' }
  | {
      readonly kind: 'request';
      readonly command: Command;
      readonly request: Request;
      /** What has to be confirmed first. */
      readonly question: string | undefined;
    };

const defaultTail = 100;

/** True when the caller wants JSON, even where the rest of the line is wrong. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

/** `argv` without the program's name; relative folders are taken from `cwd`. */
export function parse(argv: readonly string[], cwd: string): { invocation: Invocation; options: Options } {
  const line = tokenize(argv);
  const junit = filesOf(line, cwd).junit;
  const options = {
    json: line.flags.has('json'),
    yes: line.flags.has('yes'),
    ...(junit !== undefined && { junit }),
  };
  if (line.flags.has('version')) return { invocation: { kind: 'version' }, options };
  const command = findCommand(line.words);
  if (command === undefined) {
    if (!line.flags.has('help')) throw usage('No command was given.', 'Try "tidegate help".');
    return { invocation: { kind: 'help', command: undefined }, options };
  }
  refuseForeignFlags(command, line.flags);
  return { invocation: interpret(command, line, cwd), options };
}

interface Line {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<Flag, string | undefined>;
}

function interpret(command: Command, line: Line, cwd: string): Invocation {
  const rest = line.words.slice(command.name.split(' ').length);
  if (line.flags.has('help')) return { kind: 'help', command };
  if (command.name === 'help') return { kind: 'help', command: findCommand(rest) };
  const typed: Typed = {
    folder: path.resolve(cwd, line.flags.get('folder') ?? '.'),
    positionals: namePositionals(command, rest),
    rest: restOf(command, rest),
    set: new Set(line.flags.keys()),
    files: filesOf(line, cwd),
    texts: textsOf(line),
    share: percent('share', line.flags.get('share')),
    tail: wholeNumber('tail', line.flags.get('tail'), defaultTail),
  };
  if (command.request === undefined) {
    return { kind: 'agent', over: typed.set.has('stdio') ? 'stdio' : 'socket' };
  }
  return { kind: 'request', command, request: command.request(typed), question: command.confirm?.(typed) };
}

function textsOf({ flags: given }: Line): Typed['texts'] {
  return Object.fromEntries(
    [...given].flatMap(([flag, value]) => (value === undefined ? [] : [[flag, value]])),
  );
}

function filesOf(line: Line, cwd: string): Typed['files'] {
  const from = path.resolve(cwd, line.flags.get('folder') ?? '.');
  return Object.fromEntries(
    [...line.flags].flatMap(([flag, value]) =>
      flags[flag].takes === 'FILE' && value !== undefined ? [[flag, path.resolve(from, value)]] : [],
    ),
  );
}

function tokenize(argv: readonly string[]): Line {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, flag] of Object.entries(flags)) {
    options[name] = {
      type: flag.takes === null ? 'boolean' : 'string',
      ...(flag.short === null ? {} : { short: flag.short }),
    };
  }
  // Not strict: the library's own messages name neither the command nor the flag that was meant.
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const found = new Map<Flag, string | undefined>();
  for (const token of tokens) {
    if (token.kind === 'option') found.set(checkFlag(token), token.value);
  }
  return { words: positionals, flags: found };
}

function checkFlag(token: {
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}): Flag {
  if (!isFlag(token.name)) {
    const known = Object.keys(flags).map((name) => `--${name}`);
    throw usage(`There is no flag ${token.rawName}.`, suggestion(token.rawName, known));
  }
  const { takes } = flags[token.name];
  if (takes === null && token.value !== undefined) {
    throw usage(`--${token.name} takes no value.`, `Write --${token.name} or leave it out.`);
  }
  const missing =
    token.value === undefined ||
    token.value === '' ||
    (token.inlineValue !== true && token.value.startsWith('-'));
  if (takes !== null && missing) {
    throw usage(`--${token.name} needs a value.`, `Write --${token.name} ${takes}.`);
  }
  return token.name;
}

/** `undefined` when nothing was typed; the longest name wins, so that `edge forget` is one command. */
function findCommand(words: readonly string[]): Command | undefined {
  const [first, second] = words;
  if (first === undefined) return undefined;
  const found = commands.find(({ name }) => name === first || name === `${first} ${second ?? ''}`);
  if (found !== undefined) return found;
  const names = commands.map(({ name }) => name);
  const longer = names.filter((name) => name.startsWith(`${first} `));
  if (longer.length > 0) {
    throw usage(`"tidegate ${first}" needs another word.`, `There is: ${longer.join(', ')}.`);
  }
  throw usage(`There is no command "${first}".`, suggestion(first, names));
}

function refuseForeignFlags(command: Command, given: ReadonlyMap<Flag, unknown>): void {
  const allowed = [...command.flags, ...globalFlags];
  for (const flag of given.keys()) {
    if (!allowed.includes(flag)) throw wrong(command, `"tidegate ${command.name}" takes no --${flag}.`);
  }
}

function namePositionals(command: Command, words: readonly string[]): Record<string, string> {
  const extra = takesMore(command) ? undefined : words[command.positionals.length];
  if (extra !== undefined) throw wrong(command, `"${extra}" is one word too many.`);
  const named: Record<string, string> = {};
  for (const [index, position] of command.positionals.entries()) {
    const word = words[index];
    if (word === '') throw wrong(command, `${bare(position)} is empty.`);
    if (word !== undefined) named[bare(position)] = word;
    else if (position === bare(position))
      throw wrong(command, `"tidegate ${command.name}" needs ${position}.`);
  }
  return named;
}

/** `[KEY...]`: any number of words. */
function takesMore({ positionals }: Command): boolean {
  return positionals.at(-1)?.includes('...') === true;
}

function restOf(command: Command, words: readonly string[]): readonly string[] {
  return takesMore(command) ? words.slice(command.positionals.length - 1) : [];
}

function wholeNumber(flag: Flag, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw usage(`--${flag} ${text} is not a whole number.`, `Write --${flag} 50.`);
  return Number(text);
}

function percent(flag: Flag, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(/^(\d{1,3}(?:\.\d{1,2})?)%$/.exec(text)?.[1] ?? Number.NaN);
  if (!(value <= 100))
    throw usage(`--${flag} ${text} is no share between 0% and 100%.`, `Write --${flag} 25%.`);
  return value;
}

function wrong(command: Command, message: string): Error {
  return usage(message, `Usage: ${usageLine(command)}`);
}

function bare(position: string): string {
  return position.replace(/^\[|(?:\.\.\.)?\]$/g, '');
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name);
}
