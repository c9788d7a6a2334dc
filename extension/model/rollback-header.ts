/** The words above the diff of a rollback: what will happen, as plain text. */
import type { FlagSwitch } from '../../agent/protocol/flag-settling.ts';
import type { MountedState, ReturningService, RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
import { l10n } from './l10n.ts';
import { nameOf, took } from './words.ts';

/** Of a line; longer ones go on below. */
const width = 76;
const indent = 14;
/** Named one by one; of more, how many there are. */
const mostNames = 6;

export function targetOfPlan({ to }: Pick<RollbackPlan, 'to'>): string {
  return to.tag ?? to.commit.slice(0, 8);
}

export function headerText(plan: RollbackPlan): string {
  const from = plan.from === null ? l10n.t('nothing') : nameOf(plan.from);
  const rows: readonly (readonly [name: string, text: string])[] = [
    ...plan.refused.map((why) => [l10n.t('REFUSED NOW'), why] as const),
    [l10n.t('How'), howWords(plan)],
    [l10n.t('Last time'), lastTimeWords(plan)],
    [l10n.t('Still there'), thereWords(plan)],
    ...migrationRows(plan),
    ...flagRows(plan),
    [l10n.t('Below'), belowWords(plan)],
  ];
  const title = l10n.t('Roll {0} back: {1} → {2}', plan.environment, from, targetOfPlan(plan));
  return `${[title, '', ...rows.flatMap(([name, text]) => row(name, text))].join('\n')}\n`;
}

function howWords({ how, services }: RollbackPlan): string {
  const names = services.map(({ service, from, to }) => `${service} (${from ?? l10n.t('nothing')} → ${to})`);
  const what = names.length === 0 ? l10n.t('only definitions of flags change') : list(names);
  switch (how) {
    case 'warm':
      return l10n.t(
        '{0}: the slot is still warm and healthy, all traffic at once; nothing is built or started',
        what,
      );
    case 'placed':
      return l10n.t('{0}: started anew from the images of that release, then all traffic at once', what);
    case 'built':
      return l10n.t('{0}: never released here, so it is built, tested and started first', what);
  }
}

function lastTimeWords({ lastTime, how }: RollbackPlan): string {
  if (lastTime === null) return l10n.t('this has not been done here before');
  const { at, by, ref, kind, tookMs } = lastTime;
  const facts = [took(tookMs), ref, by, at.slice(0, 16).replace('T', ' ')];
  return how === 'built' || kind === 'deploy'
    ? l10n.t('{0}: the deploy of {1} by {2}, {3}', ...facts)
    : l10n.t('{0}: the rollback to {1} by {2}, {3}', ...facts);
}

function thereWords({ services, mounted }: RollbackPlan): string {
  const gone = [
    ...services
      .filter(({ imageState }) => imageState === 'gone')
      .map(({ service }) => l10n.t('image of {0}', service)),
    ...mounted.filter(({ isThere }) => !isThere).map(({ kind, name }) => `${kind} ${name}`),
  ];
  const parts = [imagesWords(services), mountedWords(mounted)].filter((part) => part !== '');
  return (
    [gone.length === 0 ? '' : l10n.t('GONE: {0}', list(gone)), ...parts].filter(Boolean).join('; ') ||
    l10n.t('nothing is needed')
  );
}

function imagesWords(services: readonly ReturningService[]): string {
  const of = (state: ReturningService['imageState']): readonly string[] =>
    services.filter(({ imageState }) => imageState === state).map(({ service }) => service);
  const [there, unknown, building] = [of('there'), of('unknown'), of('to-build')];
  return [
    there.length === 0
      ? ''
      : there.length === 1
        ? l10n.t('image of {0}', list(there))
        : l10n.t('images of {0}', list(there)),
    unknown.length === 0 ? '' : l10n.t('not known for {0}: the registry does not answer', list(unknown)),
    building.length === 0 ? '' : l10n.t('no image of {0} yet, it is made', list(building)),
  ]
    .filter(Boolean)
    .join('; ');
}

function mountedWords(mounted: readonly MountedState[]): string {
  const there = mounted.filter(({ isThere }) => isThere);
  const many = (kind: MountedState['kind']): number => there.filter((one) => one.kind === kind).length;
  const [configs, secrets] = [many('config'), many('secret')];
  return [
    configs === 0 ? '' : configs === 1 ? l10n.t('1 config') : l10n.t('{0} configs', configs),
    secrets === 0 ? '' : secrets === 1 ? l10n.t('1 secret') : l10n.t('{0} secrets', secrets),
  ]
    .filter(Boolean)
    .join(l10n.t(' and '));
}

function migrationRows({ code: { migrations } }: RollbackPlan): readonly (readonly [string, string])[] {
  if (migrations.length === 0) return [];
  const told =
    migrations.length === 1
      ? l10n.t(
          '1 changed file looks like a migration: not safe to go back across, the database stays as it is: {0}',
          list(migrations),
        )
      : l10n.t(
          '{0} changed files look like a migration: not safe to go back across, the database stays as it is: {1}',
          ...[migrations.length, list(migrations)],
        );
  return [[l10n.t('DATABASE'), told]];
}

function flagRows({
  flagStates: { unknown, changes },
}: RollbackPlan): readonly (readonly [string, string])[] {
  const name = l10n.t('Flags');
  if (unknown !== null)
    return [[name, l10n.t('stay as they are; what they were then cannot be told: {0}', unknown)]];
  if (changes.length === 0) return [];
  const flags = list(
    changes.map(({ key, from, to }) => `${key} (${switchWords(from)} → ${switchWords(to)})`),
  );
  return [[name, l10n.t('stay as they are, unless they are brought along: {0}', flags)]];
}

/** `on for 25 % with quick` */
function switchWords({ state, share, variant }: FlagSwitch): string {
  if (state === null) return l10n.t('as defined');
  if (state === 'off') return l10n.t('off');
  const on = share === null ? l10n.t('on') : l10n.t('on for {0} %', share);
  return variant === undefined ? on : l10n.t('{0} with {1}', on, variant);
}

function belowWords({ documents, code }: RollbackPlan): string {
  const texts =
    documents.length === 0 ? '' : l10n.t('what differs of services and flags ({0})', documents.length);
  const shown = code.files.length;
  const files =
    code.unknown !== null
      ? l10n.t('no code: {0}', code.unknown)
      : shown < code.total
        ? l10n.t('the first {0} of {1} changed files of code', shown, code.total)
        : shown === 1
          ? l10n.t('1 changed file of code')
          : l10n.t('{0} changed files of code', shown);
  return [texts, files].filter(Boolean).join(l10n.t(', then '));
}

function list(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more <= 0
    ? names.join(', ')
    : l10n.t('{0} and {1} more', names.slice(0, mostNames).join(', '), more);
}

/** `name` in a column of its own; words that do not fit go below the first. */
function row(name: string, text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && indent + last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line, index) => `${(index === 0 ? name : '').padEnd(indent)}${line}`);
}
