/** Small images for tests: the tiny app, one image for each version it says. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';

const source = path.join(import.meta.dirname, 'tiny-app.mjs');

/** Builds `FROM base` with the app in it and returns the image's id, `sha256:…`. */
export async function buildTinyApp(
  docker: Docker,
  options: {
    readonly base: string;
    readonly version: string;
    readonly labels: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const tar = pack();
  const dockerfile = [
    `FROM ${options.base}`,
    'COPY app.mjs /app.mjs',
    `ENV VERSION=${options.version}`,
    'CMD ["node", "/app.mjs"]',
  ].join('\n');
  tar.entry({ name: 'Dockerfile' }, dockerfile);
  tar.entry({ name: 'app.mjs' }, await readFile(source));
  tar.finalize();
  const tag = `tidegate-test-app:${options.version}`;
  const stream = await docker.buildImage(Readable.from(tar), { t: tag, labels: { ...options.labels } });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  return (await docker.getImage(tag).inspect()).Id;
}
