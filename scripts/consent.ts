/** Asking before something of the machine is changed. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** Resolves when it may be done; throws when the user says no. */
export type Consent = (question: string) => Promise<void>;

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Asks on a terminal; goes ahead with `yes`, in CI and where nobody can answer. */
export function consentFrom(terminal: Terminal, { yes }: { readonly yes: boolean }): Consent {
  const nobodyToAsk = !terminal.input.isTTY || !terminal.output.isTTY;
  if (yes || nobodyToAsk || isOn(terminal.env['CI'])) return () => Promise.resolve();
  return async (question) => {
    const lines = createInterface({ input: terminal.input, output: terminal.output });
    try {
      const answer = await lines.question(`${question} [Y/n] `);
      if (!/^(y|yes)?$/i.test(answer.trim())) throw new Error('Stopped: nothing was changed.');
    } finally {
      lines.close();
    }
  };
}

const isOn = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);
