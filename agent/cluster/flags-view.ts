/**
 * The feature flags as control serves them: what the releases define (out of the ledger view) and what is switched
 * (`<stack>.flags`). What cannot be read changes nothing but `problem()`: the last good document goes on being
 * served. Each version that is served is said so in `<stack>.flag-acks`, which a `flags on` waits for.
 */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import { definedFlags, ownDefinitions } from '../flags/definitions.ts';
import { flagsDocument, type FlagsDocument } from '../flags/document.ts';
import { corruptData } from '../swarm/ledger/failures.ts';
import { noFlags, type FlagDefinitions, type Flags } from '../swarm/ledger/flags.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ClusterEvent, Stored } from '../swarm/port.ts';
import type { LedgerView } from './ledger-view.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface FlagsView {
  /** `undefined` before everything has been read for the first time. */
  readonly document: () => FlagsDocument | undefined;
  readonly problem: () => string | undefined;
  /** Resolves after a read that began after this call, and after its word is in the ledger; never rejects. */
  readonly refresh: () => Promise<void>;
  readonly notice: (event: ClusterEvent) => void;
  readonly gap: () => void;
}

export interface FlagsViewOptions {
  readonly ledger: Ledger;
  readonly view: LedgerView;
  /** This control's own task. */
  readonly task: string;
  /** Ids of control's tasks. */
  readonly tasks: () => Promise<readonly string[]>;
  readonly log: Log;
}

export function openFlagsView({ ledger, view, task, tasks, log }: FlagsViewOptions): FlagsView {
  const { stack } = ledger;
  let stored: Stored<Flags> | undefined;
  let own: { readonly object: number; readonly definitions: FlagDefinitions } | undefined;
  let document: FlagsDocument | undefined;
  let said: Stored<Flags> | undefined;
  let problem: string | undefined;

  async function load(): Promise<void> {
    try {
      await read();
      await say();
      if (problem !== undefined) log.info({}, 'the flags can be read again');
      problem = undefined;
    } catch (error) {
      if (problem !== messageOf(error)) log.error({ error: messageOf(error) }, 'the flags cannot be used');
      problem = messageOf(error);
    }
  }

  async function read(): Promise<void> {
    const state = view.current();
    if (!state) return;
    const found = await ledger.flags.find();
    // Nobody takes it away but a `down`, which takes control away first: what was switched stays switched.
    if (!found && stored) throw corruptData(names.flags(stack), undefined);
    const next = newer(stored, found);
    const wanted = ownDefinitions(state.flags.live, next?.value ?? noFlags);
    if (wanted !== undefined && own?.object !== wanted) own = await readOwn(wanted);
    const definitions = wanted === undefined ? undefined : own?.definitions;
    const values = flagsDocument(definedFlags(state.flags, definitions), next?.value.states ?? new Map());
    stored = next;
    if (values.digest !== document?.digest)
      log.info({ flags: values.flags.size, digest: values.digest }, 'new flags');
    document = values;
  }

  async function readOwn(object: number): Promise<typeof own> {
    const definitions = await ledger.flags.definitions(object);
    if (!definitions) throw corruptData(names.flagDefinitions(stack, object), undefined);
    return { object, definitions };
  }

  async function say(): Promise<void> {
    if (!stored || (said?.id === stored.id && said.version === stored.version)) return;
    const { id: object, version } = stored;
    await ledger.flagAcks.write(task, { object, version }, await tasks());
    said = stored;
  }

  const refresh = oneAtATime(load);
  view.onChange(() => void refresh());
  return {
    document: () => document,
    problem: () => problem,
    refresh,
    notice: (event) => {
      if (event.type === 'config' && event.name === names.flags(stack)) void refresh();
    },
    gap: () => void refresh(),
  };
}

/** Never back within one object: a manager that lags behind may answer with what was before. */
function newer(known: Stored<Flags> | undefined, found: Stored<Flags> | undefined): Stored<Flags> | undefined {
  return known && found?.id === known.id && found.version < known.version ? known : found;
}
