/** How the demo looks: a line that is rewritten on a terminal, plain lines elsewhere. */
import { styleFor, type Style } from '../../agent/cli/terminal.ts';

export interface Screen {
  readonly style: Style;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Replaces the last line while something goes on; nothing without a terminal. */
  readonly show: (text: string) => void;
}

export function screenOn(output: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const style = styleFor(output.isTTY, env);
  const canRewrite = output.isTTY && env['TERM'] !== 'dumb';
  const clear = canRewrite ? '\r\u001b[K' : '';
  return {
    style,
    say: (line) => void output.write(`${clear}${line}\n`),
    show: (text) => {
      // A line that wraps could not be cleared.
      if (canRewrite) output.write(`${clear}${text.slice(0, Math.max(1, (output.columns || 80) - 1))}`);
    },
  };
}
