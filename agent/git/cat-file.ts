/** Objects by `git cat-file --batch`: one process that stays for single reads, one for each stream. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import { startGit, type GitProgram } from './git-program.ts';
import type { Location } from './location.ts';
import type { Expansion, GitObject, Objects, ObjectType } from './objects.ts';

type Answer = GitObject | 'missing' | 'ambiguous';

interface Question {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly questions: Question[];
}

export class CatFile implements Objects {
  readonly #git: GitProgram;
  readonly #location: Location;
  #running: Running | undefined;

  constructor(git: GitProgram, location: Location) {
    this.#git = git;
    this.#location = location;
  }

  async read(oid: string): Promise<GitObject | undefined> {
    const asked = this.#running;
    let answer = await this.#ask(oid);
    if (answer === 'missing') {
      // The process may sit in a repository that was since replaced by another clone: a new one looks again.
      if (this.#running === asked) this.#leave();
      answer = await this.#ask(oid);
    }
    return typeof answer === 'string' ? undefined : answer;
  }

  async expand(prefix: string): Promise<Expansion> {
    // The suffix makes git look among commits only, as "git show" would.
    const answer = await this.#ask(`${prefix}^{commit}`);
    return typeof answer === 'string' ? answer : { oid: answer.oid };
  }

  async *stream(oids: readonly string[], signal?: AbortSignal): AsyncIterable<GitObject> {
    signal?.throwIfAborted();
    const child = startGit(this.#git, this.#location, ['cat-file', '--batch', '--buffer']);
    const failed = failureOf(child);
    const stop = (): unknown => child.kill();
    signal?.addEventListener('abort', stop);
    try {
      child.stdin.end(oids.map((oid) => `${oid}\n`).join(''));
      const reader = new ByteReader(child.stdout);
      for (const oid of oids) {
        const answer = await readAnswer(reader);
        signal?.throwIfAborted();
        if (answer === undefined) throw await failed;
        if (answer === 'missing' || answer === 'ambiguous' || answer.oid !== oid) return;
        yield answer;
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      child.kill();
    }
  }

  #ask(name: string): Promise<Answer> {
    const running = (this.#running ??= this.#start());
    hold(running.child);
    return new Promise((resolve, reject) => {
      running.questions.push({ resolve, reject });
      running.child.stdin.write(`${name}\n`);
    });
  }

  #leave(): void {
    this.#running?.child.stdin.end();
    this.#running = undefined;
  }

  #start(): Running {
    const child = startGit(this.#git, this.#location, ['cat-file', '--batch']);
    const running: Running = { child, questions: [] };
    void this.#answer(running, failureOf(child));
    return running;
  }

  async #answer({ child, questions }: Running, failed: Promise<Error>): Promise<void> {
    const reader = new ByteReader(child.stdout);
    for (;;) {
      const answer = await readAnswer(reader).catch(() => undefined);
      if (answer === undefined) break;
      questions.shift()?.resolve(answer);
      if (questions.length === 0) release(child);
    }
    // It ended: whoever asks next gets a new one.
    if (this.#running?.child === child) this.#running = undefined;
    const error = await failed;
    for (const question of questions) question.reject(error);
  }
}

/** One answer of `git cat-file --batch`: a header line, the bytes, a line end. `undefined` at the end. */
async function readAnswer(reader: ByteReader): Promise<Answer | undefined> {
  const header = reader.lineNow() ?? (await reader.line());
  if (header === undefined) return undefined;
  if (header.endsWith(' missing')) return 'missing';
  if (header.endsWith(' ambiguous')) return 'ambiguous';
  const [oid = '', type = '', size = ''] = header.split(' ');
  const length = Number(size);
  const data = reader.bytesNow(length + 1) ?? (await reader.bytes(length + 1));
  return data === undefined ? undefined : { oid, type: type as ObjectType, data: data.subarray(0, length) };
}

/** What a git that ended said. Resolves when it is gone, whatever the reason. */
function failureOf(child: ChildProcessWithoutNullStreams): Promise<Error> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2000)));
  // A write to a git that has ended: its exit is what is reported.
  child.stdin.on('error', () => undefined);
  return new Promise((resolve) => {
    child.on('error', resolve);
    child.on('close', (code) =>
      resolve(new Error(said.trim() || `git ended with exit code ${String(code)}`)),
    );
  });
}

/** While it is asked something, the process keeps ours alive; idle, it does not. It ends with its input. */
function hold(child: ChildProcessWithoutNullStreams): void {
  child.ref();
  for (const pipe of pipes(child)) pipe.ref();
}

function release(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const pipe of pipes(child)) pipe.unref();
}

function pipes(child: ChildProcessWithoutNullStreams): Socket[] {
  // Node documents them as streams; with 'pipe' they are sockets.
  return [child.stdin, child.stdout, child.stderr] as unknown as Socket[];
}
