/** Calls dockerode has no method for, or whose method does too much. */
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';

/** What docker-modem's `dial` reads; it has no types of its own. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** With a `?` at its end when there are options: they become the query. */
  readonly path: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly file?: Readable;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly hijack?: boolean;
  readonly isStream?: boolean;
  readonly abortSignal?: AbortSignal;
}

interface Modem {
  dial(call: object, done: (error: Error | null, answer: unknown) => void): void;
}

const accepted = { 101: true, 200: true, 204: true };

/** Resolves to the answer's stream (`isStream`), the raw connection (`hijack`) or its JSON. */
export function dial(docker: Dockerode, call: Call): Promise<unknown> {
  const modem = docker.modem as Modem;
  return new Promise((resolve, reject) => {
    modem.dial({ ...call, statusCodes: accepted }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
