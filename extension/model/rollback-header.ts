/** The words above the diff of a rollback: what will happen, as plain text. */
import type { MountedState, ReturningService, RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
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
  const from = plan.from === null ? 'nothing' : nameOf(plan.from);
  const rows: readonly (readonly [name: string, text: string])[] = [
    ...plan.refused.map((why) => ['REFUSED NOW', why] as const),
    ['How', howWords(plan)],
    ['Last time', lastTimeWords(plan)],
    ['Still there', thereWords(plan)],
    ...migrationRows(plan),
    ['Below', belowWords(plan)],
  ];
  const title = `Roll ${plan.environment} back: ${from} → ${targetOfPlan(plan)}`;
  return `${[title, '', ...rows.flatMap(([name, text]) => row(name, text))].join('\n')}\n`;
}

function howWords({ how, services }: RollbackPlan): string {
  const names = services.map(({ service, from, to }) => `${service} (${from ?? 'nothing'} → ${to})`);
  const what = names.length === 0 ? 'only definitions of flags change' : list(names);
  switch (how) {
    case 'warm':
      return `${what}: the slot is still warm and healthy, all traffic at once; nothing is built or started`;
    case 'placed':
      return `${what}: started anew from the images of that release, then all traffic at once`;
    case 'built':
      return `${what}: never released here, so it is built, tested and started first`;
  }
}

function lastTimeWords({ lastTime, how }: RollbackPlan): string {
  if (lastTime === null) return 'this has not been done here before';
  const { at, by, ref, kind, tookMs } = lastTime;
  const what = how === 'built' || kind === 'deploy' ? `the deploy of ${ref}` : `the rollback to ${ref}`;
  return `${took(tookMs)}: ${what} by ${by}, ${at.slice(0, 16).replace('T', ' ')}`;
}

function thereWords({ services, mounted }: RollbackPlan): string {
  const gone = [
    ...services.filter(({ imageState }) => imageState === 'gone').map(({ service }) => `image of ${service}`),
    ...mounted.filter(({ isThere }) => !isThere).map(({ kind, name }) => `${kind} ${name}`),
  ];
  const parts = [imagesWords(services), mountedWords(mounted)].filter((part) => part !== '');
  return (
    [gone.length === 0 ? '' : `GONE: ${list(gone)}`, ...parts].filter(Boolean).join('; ') ||
    'nothing is needed'
  );
}

function imagesWords(services: readonly ReturningService[]): string {
  const of = (state: ReturningService['imageState']): readonly string[] =>
    services.filter(({ imageState }) => imageState === state).map(({ service }) => service);
  const [there, unknown, building] = [of('there'), of('unknown'), of('to-build')];
  return [
    there.length === 0 ? '' : `${there.length === 1 ? 'image' : 'images'} of ${list(there)}`,
    unknown.length === 0 ? '' : `not known for ${list(unknown)}: the registry does not answer`,
    building.length === 0 ? '' : `no image of ${list(building)} yet, it is made`,
  ]
    .filter(Boolean)
    .join('; ');
}

function mountedWords(mounted: readonly MountedState[]): string {
  const there = mounted.filter(({ isThere }) => isThere);
  const count = (kind: MountedState['kind']): string => {
    const many = there.filter((one) => one.kind === kind).length;
    return many === 0 ? '' : `${many} ${kind}${many === 1 ? '' : 's'}`;
  };
  return [count('config'), count('secret')].filter(Boolean).join(' and ');
}

function migrationRows({ code: { migrations } }: RollbackPlan): readonly (readonly [string, string])[] {
  if (migrations.length === 0) return [];
  const [files, look] = migrations.length === 1 ? ['file', 'looks'] : ['files', 'look'];
  return [
    [
      'DATABASE',
      `${migrations.length} changed ${files} ${look} like a migration: not safe to go back across, the database stays as it is: ${list(migrations)}`,
    ],
  ];
}

function belowWords({ documents, code }: RollbackPlan): string {
  const texts = documents.length === 0 ? '' : `what differs of services and flags (${documents.length})`;
  const shown = code.files.length;
  const files =
    code.unknown !== null
      ? `no code: ${code.unknown}`
      : shown < code.total
        ? `the first ${shown} of ${code.total} changed files of code`
        : `${shown} changed ${shown === 1 ? 'file' : 'files'} of code`;
  return [texts, files].filter(Boolean).join(', then ');
}

function list(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more <= 0 ? names.join(', ') : `${names.slice(0, mostNames).join(', ')} and ${more} more`;
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
