/** Programs of the host: run one, and get its output or an error that says what it wrote. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's own; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** Standard output of `command`. Throws when it cannot be started, ends with another code than 0 or takes too long. */
export async function output(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
      env: { ...process.env, ...options.env },
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    throw new Error(`\`${[command, ...args].join(' ')}\` failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** True when the program is in PATH. */
export async function isInstalled(command: string): Promise<boolean> {
  try {
    await output('/bin/sh', ['-c', 'command -v "$1"', 'sh', command]);
    return true;
  } catch {
    return false;
  }
}

/** The last lines a failed program wrote, or why it could not be run. */
function reasonOf(error: unknown): string {
  const stderr = (error as { stderr?: string }).stderr?.trim();
  if (stderr) return stderr.split('\n').slice(-5).join('\n');
  return error instanceof Error ? error.message : String(error);
}
