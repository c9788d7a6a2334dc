import type { Log } from '../common/log.ts';

/** One JSON object a line, as container logs are read best. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const at =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      write(JSON.stringify({ at: new Date(now()).toISOString(), level, message, ...fields }) + '\n');
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}
