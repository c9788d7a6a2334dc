/**
 * The feature flags as control serves them: what the releases define (out of the ledger view) and what is switched
 * (`<stack>.flags`). What cannot be read changes nothing but `problem()`: the last good states go on being served;
 * by a control that was started since, as far as the object still says them. Each version that is served is said so in
 * `<stack>.flag-acks`, which a `flags on` waits for.
 */
import { hasCode, messageOf } from '../common/errors.ts';
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
  const [reading, saying] = [
    openAttempts(log, 'the flags cannot be used'),
    openAttempts(log, 'the ledger cannot be told which flags are served'),
  ];
  const read = oneAtATime(() =>
    reading.attempt(async () => {
      const before = reader.document;
      const problem = await reader.read();
      const after = reader.document;
      if (after && after.digest !== before?.digest) listeners.forEach((listener) => listener(after, before));
      return problem;
    }),
  );
  // By itself: the next switch is not to wait until the word about this one is in the ledger.
  const say = oneAtATime(() => saying.attempt(() => reader.say()));
  const refresh = (): Promise<void> => read().then(say);
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
    problem: () => reading.problem() ?? saying.problem(),
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

interface Attempts {
  /** `work` rejects with a problem, or gives one. Never rejects. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<void>;
  /** Of the last attempt. */
  readonly problem: () => string | undefined;
}

/** What goes on failing is logged once. */
function openAttempts(log: Log, failing: string): Attempts {
  let problem: string | undefined;
  return {
    attempt: async (work) => {
      const found = await work().catch((error: unknown) => error);
      const told = found === undefined ? undefined : messageOf(found);
      if (told !== undefined && told !== problem) log.error({ error: told }, failing);
      if (told === undefined && problem !== undefined) log.info({}, `no longer: ${failing}`);
      problem = told;
    },
    problem: () => problem,
  };
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

  /** Gives what is wrong with what was read, where something is served all the same. */
  async read(): Promise<unknown> {
    const { ledger, view, log } = this.#options;
    const state = view.current();
    if (!state) return undefined;
    const [{ stored, flags, problem }, access] = await Promise.all([this.#flags(), ledger.keys.sdkAccess()]);
    const own = await this.#ownDefinitions(ownDefinitions(state.flags.live, flags));
    const defined = definedFlags(state.flags, own.definitions);
    const document = flagsDocument(defined, flags.states, this.document);
    if (document.digest !== this.document?.digest)
      log.info({ flags: document.flags.size, digest: document.digest }, 'new flags');
    this.#stored = stored;
    this.access = access;
    this.document = document;
    return problem ?? own.problem;
  }

  /** The newest that are right: of the ledger, of what this control has read before, or what the ledger has left of them. */
  async #flags(): Promise<FoundFlags> {
    const { ledger } = this.#options;
    try {
      const found = await ledger.flags.find();
      // Nobody takes it away but a `down`, which takes control away first: what was switched stays switched.
      if (!found && this.#stored) throw corruptData(names.flags(ledger.stack), undefined);
      const stored = newer(this.#stored, found);
      return { stored, flags: stored?.value ?? noFlags, problem: undefined };
    } catch (problem) {
      if (!hasCode(problem, 'ledger.corrupt')) throw problem;
      const stored = this.#stored;
      return { stored, flags: stored?.value ?? (await ledger.flags.findSound()), problem };
    }
  }

  /** Tells the ledger which version is served, once. */
  async say(): Promise<void> {
    const { ledger, task, tasks } = this.#options;
    const stored = this.#stored;
    if (!stored || (this.#said?.id === stored.id && this.#said.version === stored.version)) return;
    await ledger.flagAcks.write(task, { object: stored.id, version: stored.version }, await tasks());
    this.#said = stored;
  }

  /** Where they are gone and nothing was served before, the release's own hold. */
  async #ownDefinitions(object: number | undefined): Promise<OwnDefinitions> {
    const { ledger } = this.#options;
    if (object === undefined) return {};
    if (this.#own?.object === object) return this.#own;
    try {
      const definitions = await ledger.flags.definitions(object);
      if (!definitions) throw corruptData(names.flagDefinitions(ledger.stack, object), undefined);
      this.#own = { object, definitions };
      return this.#own;
    } catch (problem) {
      if (!hasCode(problem, 'ledger.corrupt') || this.document) throw problem;
      return { problem };
    }
  }
}

interface FoundFlags {
  /** `undefined`: nothing has been switched, or it cannot be read which version this is. */
  readonly stored: Stored<Flags> | undefined;
  readonly flags: Flags;
  readonly problem: unknown;
}

interface OwnDefinitions {
  readonly definitions?: FlagDefinitions | undefined;
  readonly problem?: unknown;
}

/** Never back within one object: a manager that lags behind may answer with what was before. */
function newer(
  known: Stored<Flags> | undefined,
  found: Stored<Flags> | undefined,
): Stored<Flags> | undefined {
  return known && found?.id === known.id && found.version < known.version ? known : found;
}
