/**
 * Requests to an Unleash server's Admin API. The token goes to the one address it is for: redirects are told, never
 * followed. Nothing is tried again here: who reads asks again, who writes has to know.
 */
import http from 'node:http';
import https from 'node:https';
import { cancelled, notAnAnswer, refusal, unreachable, untrusted, type Asked } from '../failures.ts';

export interface AdminOptions {
  readonly url: string;
  readonly token: string;
  /** PEM; `undefined`: public authorities. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Behind `/api/admin`, encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** For its failures: `list the flags`. */
  readonly doing: string;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Far more than a thousand flags with all their strategies are. */
const largest = 50 * 1024 * 1024;

/** What OpenSSL and Node call certificates that are no good. */
const trustCodes = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

export class AdminClient {
  readonly #options: AdminOptions;
  /** Of one call of the agent: many requests, one connection. */
  readonly #connections: http.Agent;

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#connections = options.url.startsWith('https:')
      ? new https.Agent({ keepAlive: true, ...(options.ca !== undefined && { ca: options.ca }) })
      : new http.Agent({ keepAlive: true });
  }

  /** What was answered, parsed; `undefined` where nothing was. Throws one of the failures of `../failures.ts`. */
  async request(request: AdminRequest): Promise<unknown> {
    const asked: Asked = { url: this.#options.url, doing: request.doing };
    const reply = await this.#exchange(request, asked);
    if (reply.status < 200 || reply.status >= 300) throw refusal(asked, this.#refused(reply));
    if (reply.text === '') return undefined;
    try {
      return JSON.parse(reply.text) as unknown;
    } catch {
      throw notAnAnswer(asked, 'no JSON');
    }
  }

  close(): void {
    this.#connections.destroy();
  }

  async #exchange(request: AdminRequest, asked: Asked): Promise<Reply> {
    const { signal, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await this.#send(request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      if (signal.aborted) throw cancelled(asked);
      if (timeout.aborted) throw unreachable(asked, new Error(`nothing came within ${timeoutMs / 1000} s`));
      const { code = '' } = error as NodeJS.ErrnoException;
      throw trustCodes.test(code) ? untrusted(asked, error) : unreachable(asked, named(error));
    }
  }

  #send({ method, path, body }: AdminRequest, signal: AbortSignal): Promise<Reply> {
    const { url, token } = this.#options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: token,
      accept: 'application/json',
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    };
    const { request } = url.startsWith('https:') ? https : http;
    return new Promise((resolve, reject) => {
      const sending = request(
        `${url}/api/admin${path}`,
        { method, headers, signal, agent: this.#connections },
        (answer) => void collect(answer).then(resolve, reject),
      );
      sending.once('error', reject);
      sending.end(text);
    });
  }

  #refused({ status, headers, text }: Reply): Parameters<typeof refusal>[1] {
    const seconds = Number(headers['retry-after']);
    return {
      status,
      // Whatever a server repeats of what it was sent: the token is not shown.
      said: wordsOf(text).replaceAll(this.#options.token, '•••'),
      retryAfter: headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds : undefined,
      location: placeOf(headers.location),
    };
  }
}

async function collect(answer: http.IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > largest) throw new Error(`it answers more than ${largest / 1024 / 1024} MB`);
    chunks.push(chunk as Buffer);
  }
  const { statusCode: status = 0, headers } = answer;
  return { status, headers, text: Buffer.concat(chunks).toString('utf8') };
}

/** Unleash's own, `{ message, details: [{ message }] }`; of a proxy in front, nothing. */
function wordsOf(text: string): string {
  try {
    const { message, details } = JSON.parse(text) as {
      readonly message?: unknown;
      readonly details?: readonly { readonly message?: unknown }[];
    };
    const said = [message, ...(details ?? []).map((detail) => detail.message)].filter(
      (words) => typeof words === 'string',
    );
    return [...new Set(said)].join(' ').replace(/\s+/g, ' ').slice(0, 500);
  } catch {
    return '';
  }
}

/** Without a query: some servers put secrets there. */
function placeOf(location: string | undefined): string | undefined {
  return location?.split(/[?#]/, 1)[0];
}

/** Node leaves the message empty where it tried several addresses. */
function named(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return message === '' && code !== undefined ? new Error(code, { cause: error }) : error;
}
