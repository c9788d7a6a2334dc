/** A repository and a builder on the real engine; what it builds carries one random project name. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../agent/common/clock.ts';
import type { BuildRequest, BuiltImage } from '../../../agent/build/builder.ts';
import type { ImageSource } from '../../../agent/config/model.ts';
import type { BuildSource } from '../../../agent/build/context.ts';
import { createBuilder } from '../../../agent/build/image-builder.ts';
import { openRepository } from '../../../agent/git/open.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import type { OpenEngine } from '../../../agent/swarm/engine.ts';
import type { Swarm } from '../../../agent/swarm/port.ts';
import { testEngine, testStackName } from '../../support/engine.ts';
import { commit, Scratch, type Content } from '../../unit/git/scratch-repository.ts';

export type BuilderName = 'BuildKit' | 'classic builder';

export interface Attempt {
  readonly service?: string;
  readonly ref?: string;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export class Workshop {
  readonly stack = testStackName('build');
  readonly engine: OpenEngine;
  readonly images: Swarm['images'];
  /** A Node to build on. */
  readonly base: string;
  /** What the last build said. */
  lines: string[] = [];
  readonly #registry: Swarm['registry'];
  readonly #builder: BuilderName;
  readonly #scratch: Scratch;

  private constructor(builder: BuilderName, engine: OpenEngine, base: string, scratch: Scratch) {
    this.engine = engine;
    this.base = base;
    ({ images: this.images, registry: this.#registry } = openSwarm(engine));
    this.#builder = builder;
    this.#scratch = scratch;
  }

  static async open(builder: BuilderName): Promise<Workshop> {
    const { connect, images } = await testEngine();
    return new Workshop(builder, connect(), images.node, await Scratch.folder());
  }

  /** A new repository with one commit. `BASE` in the Dockerfile becomes the base image. Returns its folder. */
  async project(dockerfile: string, files: Readonly<Record<string, Content>> = {}): Promise<string> {
    const dir = await this.#scratch.repository(randomBytes(4).toString('hex'));
    await commit(dir, { ...files, Dockerfile: dockerfile.replaceAll('BASE', this.base) });
    return dir;
  }

  async build(
    dir: string,
    attempt: Attempt & { readonly source?: Partial<BuildSource> } = {},
  ): Promise<BuiltImage> {
    const { source, ...rest } = attempt;
    const build = {
      kind: 'build',
      context: '',
      dockerfile: 'Dockerfile',
      target: undefined,
      args: {},
    } as const;
    return this.builder().build(await this.request(dir, { ...rest, source: { ...build, ...source } }));
  }

  /** What a service with `image: name` gets. */
  async named(name: string): Promise<BuiltImage> {
    const dir = await this.project('FROM BASE\n');
    return this.builder().build(await this.request(dir, { source: { kind: 'image', ref: name } }));
  }

  async request(dir: string, attempt: Attempt & { readonly source: ImageSource }): Promise<BuildRequest> {
    const repository = await openRepository(dir);
    this.lines = [];
    return {
      repository,
      commit: await repository.resolve(attempt.ref ?? 'HEAD'),
      stack: this.stack,
      project: this.stack,
      service: attempt.service ?? 'web',
      source: attempt.source,
      onLine: (line) => {
        this.lines.push(line);
        attempt.onLine?.(line);
      },
      signal: attempt.signal ?? new AbortController().signal,
    };
  }

  builder(engine: Pick<OpenEngine, 'docker' | 'name'> = this.engine): ReturnType<typeof createBuilder> {
    const env = this.#builder === 'BuildKit' ? {} : { DOCKER_BUILDKIT: '0' };
    return createBuilder({ engine, images: this.images, registry: this.#registry, clock: systemClock, env });
  }

  /** What a command writes in a container of an image. */
  async run(image: string, ...command: string[]): Promise<string> {
    const container = await this.engine.docker.createContainer({
      Image: image,
      Cmd: command,
      Entrypoint: [],
    });
    try {
      await container.start();
      await container.wait();
      const log = await container.logs({ stdout: true, stderr: true, follow: false });
      return withoutFrames(log);
    } finally {
      await container.remove({ force: true });
    }
  }

  async imageIds(): Promise<string[]> {
    return (await this.images.list({ 'tidegate.project': this.stack })).map((image) => image.id).sort();
  }

  async dispose(): Promise<void> {
    // An image goes after those that were built on top of it.
    for (
      let left = await this.imageIds(), before = left.length + 1;
      left.length > 0 && left.length < before;
    ) {
      for (const id of left)
        await this.engine.docker
          .getImage(id)
          .remove({ force: true })
          .catch(() => undefined);
      before = left.length;
      left = await this.imageIds();
    }
    this.engine.close();
    await this.#scratch.remove();
  }
}

/** Docker frames the output of a container without a terminal: 8 bytes in front of each piece. */
function withoutFrames(log: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    text += log.subarray(at + 8, end).toString('utf8');
    at = end;
  }
  return text;
}
