/** Where a server of flags has them from: control from the ledger, the agent from the working tree. */
import type { FlagsDocument } from '../document.ts';
import type { FlagsAccess } from './access.ts';

export interface FlagsSource {
  /** `undefined` before everything has been read for the first time. */
  readonly document: () => FlagsDocument | undefined;
  readonly access: () => FlagsAccess;
  /** `before`: what was served until now; `undefined`: nothing. */
  readonly onChange: (
    listener: (document: FlagsDocument, before: FlagsDocument | undefined) => void,
  ) => () => void;
}
