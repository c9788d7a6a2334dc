import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type Docker from 'dockerode';
import { ensureBaseImages, type BaseImages } from '../../../scripts/images/base-images.ts';
import { testEngine } from '../../support/engine.ts';

describe('base images', function () {
  this.timeout(60_000);
  let docker: Docker;
  let images: BaseImages;
  before(async () => ({ docker, images } = await testEngine()));

  /** What a container writes until it ends. */
  async function outputOf(image: string, command: readonly string[]): Promise<string> {
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    });
    await docker.run(image, [...command], sink, {
      HostConfig: { AutoRemove: true, NetworkMode: 'none' },
      Tty: true,
    });
    return Buffer.concat(chunks).toString().trim();
  }

  it('are not made again when they are there', async () => {
    const said: string[] = [];
    assert.deepEqual(await ensureBaseImages(docker, (line) => said.push(line)), {
      edge: images.edge,
      control: images.control,
      node: images.node,
    });
    assert.deepEqual(said, []);
  });

  it('run HAProxy with Lua, under its own user, in a folder it can write to', async () => {
    assert.match(await outputOf(images.edge, ['haproxy', '-vv']), /Built with Lua version/);
    const shell = 'touch /var/lib/haproxy/x /usr/local/etc/haproxy/y && id -u && pwd';
    assert.match(await outputOf(images.edge, ['sh', '-c', shell]), /^99\s+\/var\/lib\/haproxy$/);
  });

  it('run Node, as a program and for a file', async () => {
    assert.match(await outputOf(images.node, ['node', '--version']), /^v2\d\./);
    assert.equal(await outputOf(images.node, ['-e', 'console.log(String(6 * 7))']), '42');
  });

  it('have the tools scripts expect', async () => {
    const tools = ['mv', 'sed', 'awk', 'wget', 'env', 'sleep', 'chown'];
    for (const image of [images.edge, images.node])
      assert.equal(
        await outputOf(image, [
          'sh',
          '-c',
          `for t in ${tools.join(' ')}; do command -v $t >/dev/null || echo $t; done`,
        ]),
        '',
      );
  });
});
