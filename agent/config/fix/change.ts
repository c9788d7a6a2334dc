/** What would make a finding go: a change of one place of a YAML file, by its path. Where exactly is `edits.ts`' business. */
export type Change = SetValue | RemoveEntry | RenameKey | AddItem | AllOf;

export type Step = string | number;

/** Written as a map in the style around it; texts, lists of them and items of lists always on one line. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

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

/** A key with its value, or an item; and what would be empty without it, unless only it is meant. */
export interface RemoveEntry extends Common {
  readonly kind: 'remove';
  /** Where it begins: several files and merges may count items in another way than the file itself. */
  readonly at: { readonly line: number; readonly column: number };
  /** What it is in stays, and be it empty. */
  readonly alone?: true;
}

export interface RenameKey extends Common {
  readonly kind: 'rename';
  readonly to: string;
}

/** Behind the last item of a list, which is made where there is none. */
export interface AddItem extends Common {
  readonly kind: 'add';
  readonly item: Value;
}

/** One behind the other, or the other way round, or none of them. All of one file; `path` is what they are about. */
export interface AllOf extends Common {
  readonly kind: 'all';
  readonly changes: readonly Change[];
}
