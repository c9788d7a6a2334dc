import { createInterface } from 'node:readline';
import { declined, needsYes } from './failures.ts';

export interface Asking {
  /** `undefined`: there is no terminal to ask on. */
  readonly terminal:
    { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream } | undefined;
  readonly yes: boolean;
}

/**
 * Resolves when the person says yes (or `--yes` did). Throws `cancelled` when they say anything else, close
 * the terminal or press Ctrl-C, and `usage.invalid` when nobody can be asked.
 */
export async function confirm(command: string, consequence: string, asking: Asking): Promise<void> {
  if (asking.yes) return;
  if (asking.terminal === undefined) throw needsYes(command, consequence);
  const answer = await ask(`${consequence}\nGo on? [y/N] `, asking.terminal);
  if (!/^y(es)?$/i.test(answer.trim())) throw declined(command);
}

function ask(question: string, terminal: NonNullable<Asking['terminal']>): Promise<string> {
  const reader = createInterface({ ...terminal, terminal: false });
  return new Promise((resolve) => {
    reader.once('close', () => resolve(''));
    reader.question(question, (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}
