import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { output } from '../../../scripts/command.ts';
import { createShopRepository, shopVersions } from '../../../scripts/shop-history.ts';

describe("the sample shop's history", () => {
  let folder: string;
  let repository: string;
  before(async function () {
    this.timeout(30_000);
    folder = await mkdtemp(path.join(os.tmpdir(), 'tg-shop-'));
    repository = path.join(folder, 'shop');
    await createShopRepository(repository);
  });
  after(() => rm(folder, { recursive: true }));

  const git = (...args: readonly string[]): Promise<string> => output('git', args, { cwd: repository });

  /** A version's files in a folder of their own. */
  async function checkout(tag: string): Promise<string> {
    const target = path.join(folder, tag);
    await git('worktree', 'add', '--detach', target, tag);
    return target;
  }

  it('gives the same commits every time', async () => {
    const again = path.join(folder, 'again');
    await createShopRepository(again);
    assert.equal(await output('git', ['rev-parse', 'HEAD'], { cwd: again }), await git('rev-parse', 'HEAD'));
  });

  it('has a tag for each version, annotated ones and others', async () => {
    const tags = (await git('for-each-ref', '--format=%(refname:short) %(objecttype)', 'refs/tags'))
      .trim()
      .split('\n');
    assert.deepEqual(
      tags,
      shopVersions.map(({ tag, annotated }) => `${tag} ${annotated ? 'tag' : 'commit'}`),
    );
  });

  it('leaves nothing uncommitted, and no overlays in the repository', async () => {
    assert.equal(await git('status', '--porcelain'), '');
    assert.doesNotMatch(await git('ls-files'), /history/);
  });

  it('does not touch a folder that has something in it', async () => {
    await assert.rejects(createShopRepository(repository), /is not empty/);
  });

  it('says its version in each', async () => {
    for (const { tag } of shopVersions) {
      const manifest = JSON.parse(await git('show', `${tag}:package.json`)) as { version: string };
      assert.equal(`v${manifest.version}`, tag);
    }
  });

  it('changes the window in v1.1.0', async () => {
    assert.match(await git('diff', 'v1.0.0', 'v1.1.0', '--', 'src/season.js'), /^\+.*autumn/m);
  });

  it('is healthy and fails three requests in ten under load in v1.2.0', async function () {
    this.timeout(30_000);
    const { createShop } = (await import(moduleOf(await checkout('v1.2.0'), 'src/server.js'))) as {
      createShop: () => Shop;
    };
    const shop = createShop();
    const silent = console.error;
    console.error = () => undefined;
    try {
      await new Promise<void>((resolve) => shop.listen(0, resolve));
      const status = async (at: string): Promise<number> => {
        const response = await fetch(`http://127.0.0.1:${shop.port()}${at}`);
        await response.arrayBuffer();
        return response.status;
      };
      const answers = [];
      for (let i = 0; i < 400; i++) answers.push(await status('/'));
      const failed = answers.filter((code) => code === 500).length;
      assert.ok(failed > 40 && failed < 160, `${failed} of 400 failed`);
      assert.equal(answers.length - failed, answers.filter((code) => code === 200).length);
      assert.equal(await status('/healthz'), 200);
    } finally {
      console.error = silent;
      await shop.stop();
    }
  });

  it('is never healthy in v1.3.0', async () => {
    const { trouble } = (await import(moduleOf(await checkout('v1.3.0'), 'src/health.js'))) as {
      trouble: () => string | undefined;
    };
    assert.match(trouble() ?? '', /waiting/);
  });

  it('does not build in v1.4.0, and says why', async () => {
    const dockerfile = await git('show', 'v1.4.0:Dockerfile');
    assert.match(dockerfile, /^RUN node src\/check-products\.js$/m);
    const target = await checkout('v1.4.0');
    await assert.rejects(
      output('node', ['src/check-products.js'], { cwd: target }),
      /price must be a whole number/,
    );
  });

  it('fails its own tests in v1.5.0 and passes them in v1.1.0', async function () {
    this.timeout(60_000);
    const ends = [];
    for (const tag of ['v1.1.0', 'v1.5.0']) ends.push(await testsOf(await checkout(tag)));
    assert.deepEqual(ends, [0, 1]);
  });

  it('takes the environment of the place it is made for', async () => {
    const target = path.join(folder, 'elsewhere');
    await createShopRepository(target, {
      http: 9123,
      images: { edge: 'my/edge:1', control: 'my/node:1' },
      base: 'my/node:1',
      project: 'tgshop',
    });
    const tidegate = parse(await readFile(path.join(target, 'tidegate.yaml'), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.equal(tidegate['project'], 'tgshop');
    assert.deepEqual(tidegate['environments'], {
      dev: {
        edge: { http: 9123 },
        images: { edge: 'my/edge:1', control: 'my/node:1' },
        variables: { BASE: 'my/node:1' },
      },
    });
  });
});

interface Shop {
  listen(port: number, ready: () => void): void;
  port(): number;
  stop(): Promise<void>;
}

const moduleOf = (folder: string, file: string): string => pathToFileURL(path.join(folder, file)).href;

/** Exit code of the shop's test run. */
function testsOf(folder: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', 'test/'], { cwd: folder, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
