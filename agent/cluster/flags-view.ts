/**
 * The feature flags as control serves them: what the releases define (out of the ledger view) and what is switched
 * (`<stack>.flags`). What cannot be read changes nothing but `problem()`: the last good document goes on being
 * served. Each version that is served is said so in `<stack>.flag-acks`, which a `flags on` waits for.
 */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import { definedFlags, ownDefinitions, type ReleasedFlags } from '../flags/definitions.ts';
import { flagsDocument, type FlagsDocument } from '../flags/document.ts';
import { corruptData } from '../swarm/ledger/failures.ts';
import type { FlagsSource } from '../flags/serving/source.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import { noFlags, type FlagDefinitions, type Flags } from '../swarm/ledger/flags.ts';
import { openAccess, type SdkAccess } from '../swarm/ledger/sdk-access.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ClusterEvent, Stored } from '../swarm/port.ts';
import type { LedgerView } from './ledger-view.ts';
import { oneAtATime } from '../common/one-at-a-time.ts';

export interface FlagsView extends FlagsSource {
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

export function openFlagsView(options: FlagsViewOptions): FlagsView {
  const { ledger, view, log } = options;
  const reader = new FlagsReader(options);
  const listeners = new Set<Parameters<FlagsSource['onChange']>[0]>();
  let problem: string | undefined;
  const refresh = oneAtATime(async () => {
    try {
      const before = reader.document;
      await reader.read();
      const after = reader.document;
      if (after && after.digest !== before?.digest) listeners.forEach((listener) => listener(after, before));
      await reader.say();
      if (problem !== undefined) log.info({}, 'the flags can be read again');
      problem = undefined;
    } catch (error) {
      if (problem !== messageOf(error)) log.error({ error: messageOf(error) }, 'the flags cannot be used');
      problem = messageOf(error);
    }
  });
  let released: ReleasedFlags | undefined;
  view.onChange(({ flags }) => {
    const isNews = !released || !areSame(released, flags);
    released = flags;
    if (isNews) void refresh();
  });
  return {
    document: () => reader.document,
    access: () => reader.access,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    problem: () => problem,
    refresh,
    notice: (event) => {
      const ours = [names.flags(ledger.stack), names.keys(ledger.stack)];
      if (event.type === 'config' && ours.includes(event.name)) void refresh();
    },
    gap: () => void refresh(),
  };
}

/** Most new routes are about claims, and bring no others. */
function areSame(one: ReleasedFlags, other: ReleasedFlags): boolean {
  const all = ({ flags, coming }: ReleasedFlags): readonly FlagDefinition[] => [...flags, ...coming];
  const [before, after] = [all(one), all(other)];
  return (
    one.live === other.live &&
    one.flags.length === other.flags.length &&
    before.length === after.length &&
    before.every((flag, index) => flag === after[index])
  );
}

class FlagsReader {
  document: FlagsDocument | undefined;
  access: SdkAccess = openAccess;
  readonly #options: FlagsViewOptions;
  #stored: Stored<Flags> | undefined;
  #own: { readonly object: number; readonly definitions: FlagDefinitions } | undefined;
  #said: Stored<Flags> | undefined;

  constructor(options: FlagsViewOptions) {
    this.#options = options;
  }

  async read(): Promise<void> {
    const { ledger, view, log } = this.#options;
    const state = view.current();
    if (!state) return;
    const [found, access] = await Promise.all([ledger.flags.find(), ledger.keys.sdkAccess()]);
    // Nobody takes it away but a `down`, which takes control away first: what was switched stays switched.
    if (!found && this.#stored) throw corruptData(names.flags(ledger.stack), undefined);
    const next = newer(this.#stored, found);
    const definitions = await this.#ownDefinitions(ownDefinitions(state.flags.live, next?.value ?? noFlags));
    const states = next?.value.states ?? noFlags.states;
    const document = flagsDocument(definedFlags(state.flags, definitions), states, this.document);
    if (document.digest !== this.document?.digest)
      log.info({ flags: document.flags.size, digest: document.digest }, 'new flags');
    this.#stored = next;
    this.access = access;
    this.document = document;
  }

  /** Tells the ledger which version is served, once. */
  async say(): Promise<void> {
    const { ledger, task, tasks } = this.#options;
    const stored = this.#stored;
    if (!stored || (this.#said?.id === stored.id && this.#said.version === stored.version)) return;
    await ledger.flagAcks.write(task, { object: stored.id, version: stored.version }, await tasks());
    this.#said = stored;
  }

  async #ownDefinitions(object: number | undefined): Promise<FlagDefinitions | undefined> {
    const { ledger } = this.#options;
    if (object === undefined) return undefined;
    if (this.#own?.object === object) return this.#own.definitions;
    const definitions = await ledger.flags.definitions(object);
    if (!definitions) throw corruptData(names.flagDefinitions(ledger.stack, object), undefined);
    this.#own = { object, definitions };
    return definitions;
  }
}

/** Never back within one object: a manager that lags behind may answer with what was before. */
function newer(
  known: Stored<Flags> | undefined,
  found: Stored<Flags> | undefined,
): Stored<Flags> | undefined {
  return known && found?.id === known.id && found.version < known.version ? known : found;
}
