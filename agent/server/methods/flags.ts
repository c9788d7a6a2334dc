/** Feature flags: what the live release defines, and switching them in one environment. */
import { messageOf } from '../../common/errors.ts';
import { awaitControls, type ControlWord } from '../../flags/await-controls.ts';
import { noShare, noVariant, unknownFlag, unknownVariant } from '../../flags/failures.ts';
import { reasonLine } from '../../flags/history.ts';
import { listFlags } from '../../flags/listing.ts';
import { modelOf, whyNoShare, whyNoVariant } from '../../flags/model.ts';
import { toldState } from '../../flags/words.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import { liveRelease } from '../../release/current.ts';
import {
  noFlags,
  settingFor,
  shareOf,
  variantOf,
  withChange,
  type Flags,
  type FlagSetting,
  type FlagState,
} from '../../swarm/ledger/flags.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { Stored } from '../../swarm/port.ts';
import type { Agent } from '../agent.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { openPlace, type Place } from '../place.ts';
import { overridesHere } from './flag-overrides.ts';
import { nameOf } from '../rollouts.ts';

/** How long controls may take to say that they serve a switched flag. They need milliseconds. */
const servedMs = 10_000;

export async function listEnvironmentFlags(
  agent: Agent,
  params: Params<'flags.list'>,
): Promise<Results['flags.list']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { engine, environment } = place;
  const { current, flags, definitions } = await readEnvironmentFlags(engine.ledger);
  const live = liveRelease(current);
  const overrides = await overridesHere(agent, place);
  return {
    environment: environment.name,
    stack: environment.stack,
    release: live ? nameOf(live) : null,
    flags: listFlags(definitions, flags),
    ...(overrides.length > 0 && { overrides }),
  };
}

/** Writes the state, and waits until every control serves it. What is so already is waited for all the same. */
export async function setFlag(
  agent: Agent,
  params: Params<'flags.set'>,
  call: Call,
): Promise<Results['flags.set']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { ledger, clock } = place.engine;
  const began = clock.monotonic();
  const { key, on } = params;
  const to = await wantedState(place, params);
  const reason = reasonLine(params.reason);
  const change = { key, to, at: new Date(clock.now()).toISOString(), by: agent.identity.by, reason };
  const before: Flags[] = [];
  const stored = await ledger.flags.change((flags) => {
    before.push(flags);
    return withChange(flags, change);
  });
  const newest = before.at(-1) ?? noFlags;
  const changed = withChange(newest, change) !== newest;
  const word = await served(place, stored, call);
  const overtaken = await overtakenBy(place, key, to);
  const tookMs = Math.round(clock.monotonic() - began);
  const outcome = word.missing.length > 0 ? 'partial' : changed ? 'done' : 'unchanged';
  return {
    outcome,
    environment: place.environment.name,
    stack: ledger.stack,
    flag: key,
    state: to === 'forgotten' || to === 'off' ? to : 'on',
    share: to === 'forgotten' ? null : percentOf(to),
    ...namedVariant(to),
    value: to === 'forgotten' ? null : on,
    message: describe({ key, to, environment: place.environment.name, changed, word, tookMs }) + overtaken,
    controls: word.serving,
    missing: word.missing,
    tookMs,
  };
}

/** A flag that nobody defines any more can only be switched off for good: what was said of it is forgotten. */
async function wantedState({ engine, environment }: Place, wanted: Params<'flags.set'>): Promise<FlagState> {
  const { key, on } = wanted;
  const { flags, definitions } = await readEnvironmentFlags(engine.ledger);
  const definition = definitions.find((candidate) => candidate.key === key);
  if (definition) return on ? onState(definition, wanted) : 'off';
  if (!on && flags.states.has(key)) return 'forgotten';
  throw unknownFlag(
    key,
    definitions.map((one) => one.key),
    environment.name,
  );
}

function onState(definition: FlagDefinition, { key, share, variant }: Params<'flags.set'>): FlagSetting {
  const model = modelOf(definition);
  const names = model.variants.map(({ name }) => name);
  const noNamed = variant === undefined ? undefined : whyNoVariant(model);
  if (noNamed !== undefined) throw noVariant(key, noNamed);
  if (variant !== undefined && !names.includes(variant)) throw unknownVariant(key, variant, names);
  const noPart = share === undefined ? undefined : whyNoShare(model, variant);
  if (noPart !== undefined) throw noShare(key, noPart);
  return settingFor({
    share: share === undefined ? null : Math.round(share * 100),
    variant: variant ?? null,
  });
}

function percentOf(setting: FlagSetting): number | null {
  const share = shareOf(setting);
  return share === null ? null : share / 100;
}

/** What controls say of it; the flag is switched, whatever they say. */
export async function served(place: Place, stored: Stored<unknown>, call: Call): Promise<ControlWord> {
  const { swarm, ledger, changes } = place.engine;
  const wanted = { object: stored.id, version: stored.version };
  try {
    return await awaitControls({ swarm, ledger, changes, limitMs: servedMs, signal: call.signal }, wanted);
  } catch (error) {
    // The flag is switched, whatever else: that must not be lost in an error.
    if (call.signal.aborted) return { serving: 0, missing: ['nobody waited for the word of control'] };
    return { serving: 0, missing: [`the word of control could not be read: ${messageOf(error)}`] };
  }
}

/** Somebody may have switched it otherwise while we waited: that what is told was true is not all of the truth. */
async function overtakenBy({ engine }: Place, key: string, to: FlagState): Promise<string> {
  const flags = (await engine.ledger.flags.find().catch(() => undefined))?.value;
  const last = flags?.changes.findLast((change) => change.key === key);
  if (last === undefined || last.to === to) return '';
  const now = last.to === 'forgotten' ? 'forgotten' : toldState(last.to);
  return ` But ${last.by} has switched it since: it is ${now} now.`;
}

function namedVariant(to: FlagState): { readonly variant?: string } {
  const variant = to === 'forgotten' ? null : variantOf(to);
  return variant === null ? {} : { variant };
}

interface Told {
  readonly key: string;
  readonly to: FlagState;
  readonly environment: string;
  readonly changed: boolean;
  readonly word: ControlWord;
  readonly tookMs: number;
}

function describe({ key, to, environment, changed, word, tookMs }: Told): string {
  const state =
    to === 'forgotten'
      ? `What was said of ${key} in ${environment} is forgotten`
      : `${key} is ${toldState(to)} in ${environment}${changed ? '' : ' already'}`;
  if (word.missing.length > 0)
    return `${state} by the ledger, but not everywhere yet: ${word.missing.join('; ')}. It is served as soon as control has read it; if it stays like this, run "tidegate setup ${environment}".`;
  const who = word.serving === 1 ? 'control serves it' : `all ${word.serving} controls serve it`;
  return `${state}: ${who} (${tookMs} ms).`;
}
