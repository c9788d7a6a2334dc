/** What is switched against what the flags file says, and settling it in either direction. */
import { driftOf, toldDefinition, type Drift } from '../../flags/drift.ts';
import { unknownFlag } from '../../flags/failures.ts';
import { takeLive } from '../../flags/file/take.ts';
import { lastChange, reasonLine } from '../../flags/history.ts';
import { switchOfState, toldState } from '../../flags/words.ts';
import type { FlagDrift, FlagLeft } from '../../protocol/flag-settling.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import { withChange, type Flags, type FlagState } from '../../swarm/ledger/flags.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags, type EnvironmentFlags } from '../environment-flags.ts';
import { openPlace, type Place } from '../place.ts';
import { readTreeFlags, type TreeFlags } from '../tree-flags.ts';
import { replaceFile } from '../write-file.ts';
import { served } from './flags.ts';

export async function flagDrift(
  agent: Agent,
  params: Params<'flags.drift'>,
): Promise<Results['flags.drift']> {
  const { place, tree, here, drift } = await look(agent, params);
  return {
    environment: place.environment.name,
    stack: place.environment.stack,
    file: tree.file,
    drift: drift.map((one) => told(one, { place, tree, flags: here.flags })),
  };
}

interface Looked {
  readonly place: Place;
  readonly tree: TreeFlags;
  readonly here: EnvironmentFlags;
  readonly drift: readonly Drift[];
}

async function look(agent: Agent, params: Params<'flags.drift'>): Promise<Looked> {
  const place = await openPlace(agent, params.folder, params.environment);
  const tree = await readTreeFlags(agent, place, place.environment.name);
  const here = await readEnvironmentFlags(place.engine.ledger);
  return { place, tree, here, drift: asked(params.keys, { place, tree, here }) };
}

/** Keys that nobody knows are a slip of the hand; those that do not differ are none. */
function asked(keys: readonly string[], { place, tree, here }: Omit<Looked, 'drift'>): readonly Drift[] {
  const sides = { file: tree.flags, live: here.definitions, states: here.flags.states };
  const known = [...[...tree.flags, ...here.definitions].map(({ key }) => key), ...here.flags.states.keys()];
  for (const key of keys)
    if (!known.includes(key)) throw unknownFlag(key, [...new Set(known)], place.environment.name);
  return driftOf(sides).filter(({ key }) => keys.length === 0 || keys.includes(key));
}

export function told(
  { key, live, file, apply }: Drift,
  { place, tree, flags }: Pick<Looked, 'place' | 'tree'> & { readonly flags: Flags },
): FlagDrift {
  const last = lastChange(flags, key);
  const taken = take(tree.text, { key, live, file }, { place, tree });
  return {
    key,
    live: switchOfState(live),
    file: file ? toldDefinition(file) : null,
    by: last?.by ?? null,
    at: last?.at ?? null,
    reason: last?.reason ?? null,
    cannotTake: 'cannot' in taken ? taken.cannot : null,
    cannotApply: 'cannot' in apply ? apply.cannot : null,
  };
}

function take(
  text: string,
  { live, file }: Pick<Drift, 'key' | 'live' | 'file'>,
  { place, tree }: Pick<Looked, 'place' | 'tree'>,
): ReturnType<typeof takeLive> {
  if (!file) return { cannot: 'the file does not define it' };
  const environments = place.environments.map(({ name }) => name);
  const environment = place.environment.name;
  return takeLive(text, { file: tree.file, environment, environments, definition: file, to: live });
}

/** Only the file of the working tree is written: the next deploy brings it, and changes nothing of what is live. */
export async function takeFlags(agent: Agent, params: Params<'flags.take'>): Promise<Results['flags.take']> {
  const { place, tree, drift } = await look(agent, params);
  const taken: Drift[] = [];
  const left: FlagLeft[] = [];
  let { text } = tree;
  for (const one of drift) {
    const next = take(text, one, { place, tree });
    if ('cannot' in next) left.push({ key: one.key, why: next.cannot });
    else {
      taken.push(one);
      ({ text } = next);
    }
  }
  if (params.write && taken.length > 0) await replaceFile(tree.absolute, text);
  const outcome = outcomeOf(taken.length, left.length);
  const verb = params.write ? 'says' : 'would say';
  const what = taken.map(({ key, live }) => `${key} is ${toldState(live)}`).join(', ');
  const done =
    taken.length > 0
      ? `${tree.file} ${verb} for ${place.environment.name}: ${what}.`
      : left.length > 0
        ? `Nothing of ${tree.file} was changed.`
        : `${tree.file} says already what is live in ${place.environment.name}.`;
  return {
    outcome,
    environment: place.environment.name,
    stack: place.environment.stack,
    file: tree.file,
    written: params.write && taken.length > 0,
    text,
    taken: taken.map(({ key, live }) => ({ key, to: switchOfState(live) })),
    left,
    message: withLeft(done, left),
  };
}

/** One compare-and-swap for all of them; a flag that somebody switches meanwhile stays as they want it. */
export async function applyFlags(
  agent: Agent,
  params: Params<'flags.apply'>,
  call: Call,
): Promise<Results['flags.apply']> {
  const { place, tree, drift } = await look(agent, params);
  const { ledger, clock } = place.engine;
  const by = agent.identity.by;
  const at = new Date(clock.now()).toISOString();
  const reason = reasonLine(params.reason) ?? `as ${tree.file} says`;
  const left: FlagLeft[] = drift.flatMap(({ key, apply }) =>
    'cannot' in apply ? [{ key, why: apply.cannot }] : [],
  );
  const wanted = drift.flatMap(({ key, live, apply }) =>
    'to' in apply ? [{ key, live, to: apply.to }] : [],
  );
  let meanwhile: readonly string[] = [];
  const stored = await ledger.flags.change((flags) => {
    meanwhile = wanted.flatMap(({ key, live }) => (flags.states.get(key) === live ? [] : [key]));
    return wanted
      .filter(({ key }) => !meanwhile.includes(key))
      .reduce((all, { key, to }) => withChange(all, { key, to, at, by, reason }), flags);
  });
  const others = meanwhile.map((key) => ({
    key,
    why: `${whoChanged(stored.value, key)} switched it meanwhile`,
  }));
  const applied = wanted.filter(({ key }) => !meanwhile.includes(key));
  const word = applied.length > 0 ? await served(place, stored, call) : { serving: 0, missing: [] };
  const all = [...left, ...others];
  const outcome = word.missing.length > 0 ? 'partial' : outcomeOf(applied.length, all.length);
  const environment = place.environment.name;
  return {
    outcome,
    environment,
    stack: place.environment.stack,
    applied: applied.map(({ key, live, to }) => ({ key, from: switchOfState(live), to: switchOfState(to) })),
    left: all,
    message: withLeft(toldApplied(applied, environment, word.missing), all),
    controls: word.serving,
    missing: word.missing,
  };
}

function whoChanged(flags: Flags, key: string): string {
  return lastChange(flags, key)?.by ?? 'somebody';
}

function toldApplied(
  applied: readonly { readonly key: string; readonly to: FlagState }[],
  environment: string,
  missing: readonly string[],
): string {
  if (applied.length === 0) return `Nothing of ${environment} was changed.`;
  const what = applied.map(({ key, to }) => `${key} is ${toldState(to)}`).join(', ');
  const silent = missing.length === 0 ? '' : ` Not everywhere yet: ${missing.join('; ')}.`;
  return `In ${environment}: ${what}.${silent}`;
}

function withLeft(message: string, left: readonly FlagLeft[]): string {
  if (left.length === 0) return message;
  return `${message} Left as it is: ${left.map(({ key, why }) => `${key} (${why})`).join('; ')}.`;
}

function outcomeOf(done: number, left: number): 'done' | 'unchanged' | 'partial' | 'failed' {
  if (left === 0) return done > 0 ? 'done' : 'unchanged';
  return done > 0 ? 'partial' : 'failed';
}
