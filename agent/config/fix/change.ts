/** What would make a finding go: a change of one place of a YAML file, by its path. Where exactly is `edits.ts`' business. */
export type Change = SetValue | RemoveEntry | RenameKey;

export type Step = string | number;

/** Written as a map in the style around it; lists and texts always on one line. */
export type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

interface Common {
  /** What it does, for a person: "Set stop_grace_period to 30s". */
  readonly title: string;
  /** Inside the repository. */
  readonly file: string;
  /** Keys and numbers of items, from the root of the file. */
  readonly path: readonly Step[];
}

/** The value of a key, which is added, with the maps above it, where it is not there. */
export interface SetValue extends Common {
  readonly kind: 'set';
  readonly value: Value;
}

/** A key with its value, or an item; and what would be empty without it. */
export interface RemoveEntry extends Common {
  readonly kind: 'remove';
  /** Where it begins: several files and merges may count items in another way than the file itself. */
  readonly at: { readonly line: number; readonly column: number };
}

export interface RenameKey extends Common {
  readonly kind: 'rename';
  readonly to: string;
}
