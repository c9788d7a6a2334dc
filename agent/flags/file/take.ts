/** What is live, written into a flags file: only for its environment, and nothing else of the text changes. Pure. */
import type { Change, Step, Value } from '../../config/fix/change.ts';
import { editsOf } from '../../config/fix/edits.ts';
import { applyEdits } from '../../config/fix/text-edit.ts';
import { canonicalJson } from '../../common/canonical.ts';
import type { FlagDefinition, Serve } from '../../swarm/ledger/flag-definition.ts';
import { shareOf, variantOf, type FlagSetting } from '../../swarm/ledger/flags.ts';
import { agrees } from '../drift.ts';
import { modelOf, onOf, sharedOf } from '../model.ts';
import { writtenServe } from '../exchange/write.ts';
import { readFlagsFile } from './flags-file.ts';
import { asJson, isJsonFile } from './json-text.ts';

export interface Taking {
  /** Inside the repository. */
  readonly file: string;
  readonly environment: string;
  /** The others, which have to stay what they are. */
  readonly environments: readonly string[];
  /** As the file has it. */
  readonly definition: FlagDefinition;
  readonly to: FlagSetting;
}

/** The new text, or why the file has to be changed by hand. */
export function takeLive(
  text: string,
  taking: Taking,
): { readonly text: string } | { readonly cannot: string } {
  const { file, definition, to } = taking;
  if (shareOf(to) !== null && variantOf(to) === null && !sharedOf(modelOf(definition)))
    return { cannot: 'the file splits its users among more than two variants' };
  const changes = to === 'off' ? [[onlyDefault(taking, 'off')]] : switchedOn(taking);
  let now = text;
  for (const change of changes) {
    const edits = change.map((one) => editsOf(now, one)).find((found) => found !== undefined);
    if (!edits) return byHand(taking);
    now = applyEdits(now, edits);
  }
  if (isJsonFile(file)) now = asJson(now);
  return isMeant(text, now, taking) ? { text: now } : byHand(taking);
}

function byHand({ environment, definition }: Taking): { readonly cannot: string } {
  return {
    cannot: `the file is written there in a way that only a person can change: write it below flags.${definition.key}.environments.${environment}`,
  };
}

/** One behind the other; of each the first way that the text leaves place for. */
function switchedOn(taking: Taking): readonly (readonly Change[])[] {
  const model = modelOf(taking.definition);
  const on = onOf(model, taking.to);
  const turnedOn = [onlyDefault(taking, 'on')];
  if (canonicalJson(on) === canonicalJson(model.on)) return [turnedOn];
  return [turnedOn, [change(taking, ['on'], writtenServe(on, model.key)), eachShare(taking, on)]];
}

/** Where the environment has shares already, only their numbers change. */
function eachShare(taking: Taking, on: Serve): Change {
  const split = 'split' in on ? on.split : [];
  const changes = split.map(({ variant, share }) =>
    change(taking, ['on', 'split', variant], percentOf(share)),
  );
  return { kind: 'all', ...placeOf(taking, ['on', 'split']), changes };
}

function onlyDefault(taking: Taking, value: 'on' | 'off'): Change {
  return change(taking, ['default'], value);
}

function change(taking: Taking, below: readonly Step[], value: Value): Change {
  return { kind: 'set', ...placeOf(taking, below), value };
}

function placeOf(
  { file, environment, definition: { key } }: Taking,
  below: readonly Step[],
): Pick<Change, 'title' | 'file' | 'path'> {
  const path = ['flags', key, 'environments', environment, ...below];
  return { title: `Say what ${key} is in ${environment}`, file, path };
}

function percentOf(share: number): string {
  return `${share / 100}%`;
}

/** The flag is what is live, and everything else what it was. */
function isMeant(
  before: string,
  after: string,
  { file, environment, environments, definition, to }: Taking,
): boolean {
  const read = (text: string, name: string): readonly FlagDefinition[] | undefined => {
    const { flags, problems } = readFlagsFile(file, text, name);
    return problems.some(({ severity }) => severity === 'error') ? undefined : flags;
  };
  const others = environments.filter((name) => name !== environment);
  if (
    others.some(
      (name) => canonicalJson(read(before, name) ?? null) !== canonicalJson(read(after, name) ?? null),
    )
  )
    return false;
  const [was, is] = [read(before, environment), read(after, environment)];
  const rest = (flags: readonly FlagDefinition[] | undefined): string =>
    canonicalJson(flags?.filter(({ key }) => key !== definition.key) ?? null);
  const now = is?.find(({ key }) => key === definition.key);
  return now !== undefined && agrees(now, to) && rest(was) === rest(is);
}
