/** Overrides of this user on this machine. They are in no ledger: no environment has a word of them. */
import { configInvalid } from '../../config/failures.ts';
import { readOverride, type Override } from '../../flags/overrides.ts';
import type { LocalFlags, LocalOverride } from '../../protocol/local-flags.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { oneAtATime } from '../../common/one-at-a-time.ts';
import type { Agent } from '../agent.ts';
import { openAnnouncements } from '../local/announcements.ts';
import { undefinedFlag, wrongValue } from '../local/failures.ts';
import { openOverrideFiles } from '../local/override-files.ts';
import { overrideWords, toldOverride } from '../local/told-overrides.ts';
import { watchFolders } from '../local/watch-folders.ts';
import { openWorkingFlags, type WorkingFlags } from '../local/working-flags.ts';
import { openCheckout, projectOf, type Checkout } from '../place.ts';

export async function overrideFlag(
  agent: Agent,
  { folder, key, to: text, targetingKey }: Params<'flags.override'>,
): Promise<Results['flags.override']> {
  const checkout = await openCheckout(agent, folder);
  const { file, definitions, problems } = await readWorking(agent, checkout)();
  const definition = definitions.find((one) => one.key === key);
  if (!definition) {
    // What is wrong with the file may be why the flag is not there.
    if (problems.length > 0) throw configInvalid(problems);
    throw undefinedFlag(
      key,
      file,
      definitions.map((one) => one.key),
    );
  }
  const to = readOverride(definition, text);
  if ('wrong' in to) throw wrongValue(key, text, to);
  const project = projectOf(checkout);
  const override: Override = { flag: key, targetingKey, to };
  const isNew = await openOverrideFiles(agent.folders.state, project).put(override);
  const told = toldOverride(override, definitions);
  return {
    outcome: isNew ? 'done' : 'unchanged',
    override: told,
    message: `On this machine ${key} is ${overrideWords(told)}${isNew ? '' : ' already'}: ${await served(agent, project)}. No environment is changed.`,
  };
}

export async function clearOverrides(
  agent: Agent,
  { folder, key, targetingKey }: Params<'flags.clearOverrides'>,
): Promise<Results['flags.clearOverrides']> {
  const checkout = await openCheckout(agent, folder);
  const files = openOverrideFiles(agent.folders.state, projectOf(checkout));
  const cleared = (await files.list()).filter(
    (one) =>
      (key === null || one.flag === key) && (targetingKey === undefined || one.targetingKey === targetingKey),
  );
  for (const one of cleared) await files.remove(one);
  const what = cleared.map((one) => `${one.flag} (${overrideWords(toldOverride(one, undefined))})`);
  return {
    outcome: cleared.length === 0 ? 'unchanged' : 'done',
    cleared: cleared.map((one) => toldOverride(one, undefined)),
    message:
      cleared.length === 0
        ? key === null
          ? 'Nothing is overridden on this machine.'
          : `${key} is not overridden on this machine.`
        : `No longer overridden on this machine: ${what.join(', ')}.`,
  };
}

export async function localFlags(
  agent: Agent,
  { folder, follow }: Params<'flags.local'>,
  call: Call,
): Promise<Results['flags.local']> {
  const checkout = await openCheckout(agent, folder);
  const read = readWorking(agent, checkout);
  let flags = await look(agent, checkout, read);
  if (!follow) return flags;
  const tell = (): void => call.onEvent({ kind: 'local', flags });
  tell();
  const again = oneAtATime(async () => {
    const now = await look(agent, checkout, read).catch(() => flags);
    if (JSON.stringify(now) === JSON.stringify(flags)) return;
    flags = now;
    if (!call.signal.aborted) tell();
  });
  const project = projectOf(checkout);
  const { folders } = agent;
  const watched = await Promise.all([
    openOverrideFiles(folders.state, project).folder(),
    openAnnouncements(folders.runtime, project).folder(),
  ]);
  const stop = watchFolders(watched, () => void again());
  // For what changed before it was watched.
  void again();
  await new Promise<void>((resolve) => {
    if (call.signal.aborted) resolve();
    call.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  stop();
  return flags;
}

/** Those of the project around a checkout, as `flags.list` shows them beside what an environment has. */
export async function overridesHere(
  agent: Agent,
  checkout: Checkout,
  read = readWorking(agent, checkout),
): Promise<readonly LocalOverride[]> {
  const all = await openOverrideFiles(agent.folders.state, projectOf(checkout)).list();
  if (all.length === 0) return [];
  const definitions = await read().catch(() => undefined);
  return all.map((one) => toldOverride(one, whole(definitions)));
}

async function look(agent: Agent, checkout: Checkout, read: ReadWorking): Promise<LocalFlags> {
  const folder = projectOf(checkout);
  const [overrides, served] = await Promise.all([
    overridesHere(agent, checkout, read),
    openAnnouncements(agent.folders.runtime, folder).list(),
  ]);
  return { folder, overrides, served };
}

type ReadWorking = () => Promise<WorkingFlags>;

/** A flag that is missing where the file is broken may be there once it is not. */
function whole(read: WorkingFlags | undefined): readonly FlagDefinition[] | undefined {
  return read?.problems.length === 0 ? read.definitions : undefined;
}

/** Which variants a flag has is the same in every environment. */
function readWorking(agent: Agent, checkout: Checkout): ReadWorking {
  return openWorkingFlags(agent, checkout, checkout.environments[0]?.name ?? '');
}

async function served(agent: Agent, project: string): Promise<string> {
  const servers = await openAnnouncements(agent.folders.runtime, project).list();
  const [first] = servers;
  if (!first) return 'as soon as its flags are served here ("tidegate flags serve")';
  return `for who asks ${servers.map(({ url }) => url).join(' or ')}`;
}
