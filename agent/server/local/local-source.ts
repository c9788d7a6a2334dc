/** Flags as this machine serves them: definitions, what is switched, and overrides, each of which may change. */
import { flagsDocument, type FlagsDocument } from '../../flags/document.ts';
import type { Override } from '../../flags/overrides.ts';
import type { FlagsSource } from '../../flags/serving/source.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../swarm/ledger/flags.ts';

export interface LocalInputs {
  /** `undefined`: not read yet, and nothing is served. */
  readonly definitions: readonly FlagDefinition[] | undefined;
  readonly states: ReadonlyMap<string, FlagSetting>;
  readonly overrides: readonly Override[];
}

export class LocalSource implements FlagsSource {
  readonly #listeners = new Set<Parameters<FlagsSource['onChange']>[0]>();
  #inputs: LocalInputs = { definitions: undefined, states: new Map(), overrides: [] };
  #document: FlagsDocument | undefined;

  get inputs(): LocalInputs {
    return this.#inputs;
  }

  document(): FlagsDocument | undefined {
    return this.#document;
  }

  access(): ReturnType<FlagsSource['access']> {
    return { tokens: [], required: false, anyToken: true };
  }

  onChange(listener: Parameters<FlagsSource['onChange']>[0]): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<LocalInputs>): void {
    this.#inputs = { ...this.#inputs, ...change };
    const { definitions, states, overrides } = this.#inputs;
    if (!definitions) return;
    const before = this.#document;
    const after = flagsDocument(definitions, states, before, overrides);
    this.#document = after;
    if (after.digest !== before?.digest) for (const tell of [...this.#listeners]) tell(after, before);
  }
}
