/**
 * Connections to an engine behind ssh, for an HTTP client. Each is a `docker system dial-stdio` over there, as the docker
 * CLI does it; all of them go through one ssh connection where the program can share one.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import type { TidegateError } from '../../../common/errors.ts';
import {
  dialArguments,
  readSettings,
  settingsArguments,
  type Sharing,
  type SshSettings,
} from './arguments.ts';
import { notReached, sshMissing, type Remote } from './failures.ts';
import { ProgramStream, type ProgramEnd } from './stream.ts';
import { explainEnd } from './trouble.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface SshConnection {
  readonly remote: Remote;
  /** Of the ssh program. */
  readonly env: Variables;
}

/** Time for everything from the name of the host to the engine's first answer. */
const openMs = 20_000;

/** A socket's path may have 104 characters on some systems, and ssh adds 17 to it while it makes one. */
const longestPath = 80;

export class SshAgent extends Agent {
  readonly #to: SshConnection;
  readonly #programs = new Set<ProgramStream>();
  #settings: Promise<SshSettings> | undefined;
  /** Resolves when others can go through it; `undefined`: they go by themselves. */
  #master: Promise<Sharing | undefined> | undefined;
  #folder: string | undefined;
  #masters = 0;

  constructor(to: SshConnection, options: AgentOptions) {
    super(options);
    this.#to = to;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): undefined {
    this.#open().then(
      (stream) => done(null, stream),
      // Without a stream where there is an error, which the type does not say.
      (error: unknown) => (done as (error: unknown) => void)(error),
    );
  }

  override destroy(): void {
    super.destroy();
    for (const program of this.#programs) program.destroy();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  async #open(): Promise<ProgramStream> {
    this.#settings ??= this.#readSettings();
    const settings = await this.#settings;
    const path = settings.sharesConnections ? undefined : this.#path();
    if (path === undefined) return this.#dial(settings, undefined);
    this.#master ??= this.#openMaster(settings, { role: 'master', path });
    return this.#dial(settings, await this.#master);
  }

  /** Asked once: what the user's configuration says about the host, `Match` blocks and all. */
  async #readSettings(): Promise<SshSettings> {
    const { remote, env } = this.#to;
    try {
      const args = settingsArguments(remote.target);
      const { stdout } = await promisify(execFile)('ssh', args, { env: { ...env }, timeout: openMs });
      return readSettings(stdout);
    } catch (error) {
      this.#settings = undefined;
      throw this.#cannotAsk(error);
    }
  }

  #cannotAsk(error: unknown): TidegateError {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    const { remote } = this.#to;
    return code === 'ENOENT' ? sshMissing(remote, error) : notReached(remote, stderr.trim());
  }

  /** A new path for each: a master that was killed leaves its socket behind. */
  #path(): string | undefined {
    // OpenSSH for Windows cannot share connections.
    if (process.platform === 'win32') return undefined;
    this.#folder ??= mkdtempSync(path.join(tmpdir(), 'tidegate-ssh-'));
    const file = path.join(this.#folder, `m${this.#masters}`);
    return file.length > longestPath ? undefined : file;
  }

  /**
   * The connection that the others go through is one more `dial-stdio` which nobody uses: it ends when this process ends,
   * however that comes about. Its answer to a ping says that all of the way is open.
   */
  async #openMaster(settings: SshSettings, sharing: Sharing): Promise<Sharing> {
    this.#masters += 1;
    const master = this.#dial(settings, sharing);
    const forget = (): void => {
      this.#master = undefined;
    };
    master.once('close', forget);
    await firstAnswer(master, notReached(this.#to.remote, `no answer within ${openMs / 1000} s`));
    master.resume();
    master.unref();
    return { ...sharing, role: 'client' };
  }

  #dial(settings: SshSettings, sharing: Sharing | undefined): ProgramStream {
    const { remote, env } = this.#to;
    const args = dialArguments(remote.target, settings, sharing);
    const child = spawn('ssh', args, { env: { ...env }, stdio: 'pipe' });
    const stream = new ProgramStream(child, (end) => this.#explain(end));
    this.#programs.add(stream);
    stream.once('close', () => this.#programs.delete(stream));
    return stream;
  }

  #explain(end: ProgramEnd): Error {
    const { remote } = this.#to;
    if (end.kind === 'not-started') return sshMissing(remote, end.error);
    return explainEnd({ remote, code: end.code, stderr: end.stderr, wasConnected: end.answered });
  }
}

function firstAnswer(stream: ProgramStream, tooLate: Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => stream.destroy(tooLate), openMs);
    const settle = (work: () => void): void => {
      clearTimeout(timer);
      work();
    };
    stream.once('data', () => settle(resolve));
    stream.once('error', (error) => settle(() => reject(error)));
    stream.once('close', () => settle(() => reject(tooLate)));
    // The error is told above, and later there is nobody to tell.
    stream.on('error', () => undefined);
    stream.write('GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n');
  });
}
