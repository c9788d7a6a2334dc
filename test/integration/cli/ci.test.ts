/** The pipeline of docs/ci.md for GitLab, line by line, as its shell executor runs it; and suites by themselves. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { SuiteResult } from '../../../agent/protocol/methods.ts';
import { parseJUnit } from '../../../agent/suites/junit.ts';
import { output } from '../../../scripts/command.ts';
import { ask } from '../../support/ask.ts';
import { ciExamples } from '../../support/ci-examples.ts';
import { must, openShop, type CliRun, type Shop } from '../../support/shop.ts';

describe('tidegate in a pipeline', function () {
  this.timeout(120_000);
  let shop: Shop;
  let jobs: Readonly<Record<string, readonly string[]>>;

  before(async () => {
    shop = await openShop({ about: 'ci', setUp: false, suites: true, replicas: 1 });
    await addProduction();
    await addProgram();
    jobs = (await ciExamples()).find(({ system }) => system === 'GitLab CI')?.jobs ?? {};
    await must(shop.cli('setup', 'production', '--yes'));
  });
  after(() => shop.leave('production'));

  /** Environments are those of the checkout; `dev` is only built on. */
  async function addProduction(): Promise<void> {
    const file = path.join(shop.folder, 'tidegate.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    const { dev } = (document.toJS() as { environments: { dev: object } }).environments;
    document.setIn(['environments', 'production'], document.createNode({ ...dev, protected: true }));
    await writeFile(file, document.toString());
  }

  async function addProgram(): Promise<void> {
    const program = path.resolve(import.meta.dirname, '../../../dist/tidegate.js');
    await mkdir(path.join(shop.folder, '.git/bin'));
    const text = `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`;
    await writeFile(path.join(shop.folder, '.git/bin/tidegate'), text, { mode: 0o755 });
  }

  async function runs(job: string, tag: string): Promise<CliRun> {
    const lines = jobs[job] ?? assert.fail(`no job ${job}`);
    const sha = await output('git', ['rev-parse', `${tag}^{commit}`], { cwd: shop.folder });
    const env = {
      ...shop.env,
      CI_COMMIT_SHA: sha.trim(),
      CI_COMMIT_TAG: tag,
      PATH: `${shop.folder}/.git/bin:${process.env['PATH'] ?? ''}`,
    };
    const child = spawn('/bin/sh', ['-e', '-c', lines.join('\n')], { cwd: shop.folder, env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  async function results(): Promise<readonly string[]> {
    const report = parseJUnit(await readFile(path.join(shop.folder, 'junit.xml'), 'utf8'));
    assert.equal(report.kind, 'results');
    return report.tests.map(({ name, status, file }) => `${status} ${file ?? '?'} ${name}`);
  }

  async function liveVersion(): Promise<unknown> {
    const answer = await ask({ url: `${shop.url}/version`, headers: { host: 'shop.localhost' } });
    return answer.headers['x-shop-version'];
  }

  it('tests every push, without an environment that is set up: the results are a file', async () => {
    await must(runs('test', 'v1.1.0'));
    const passed = await results();
    assert.equal(passed.length, 3, passed.join('\n'));
    assert.match(passed[0] ?? '', /^passed \? unit > cents are shown/);
    const { code, stdout, stderr } = await runs('test', 'v1.5.0');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^failed: the suite unit has 1 of 3 tests failed\n {2}a discount is rounded/);
    assert.equal((await results()).filter((test) => test.startsWith('failed')).length, 1);
  });

  it('deploys tags, in plain lines, and goes back', async () => {
    await must(runs('deploy', 'v1.0.0'));
    const { stdout, stderr } = await must(runs('deploy', 'v1.1.0'));
    assert.match(stdout, /^done: v1\.1\.0 is live in production/m);
    assert.match(stderr, /^testing\n(?:.*\n)*suite unit: passed, 3 tests\nplacing\nverifying\npromoted\n/m);
    assert.ok(!(stdout + stderr).includes('\u001b'), 'no escape sequences');
    assert.equal((await results()).length, 3);
    assert.equal(await liveVersion(), '1.1.0');
    await must(runs('rollback', 'v1.1.0'));
    assert.equal(await liveVersion(), '1.0.0');
  });

  it('is stopped by a suite, and says which test', async () => {
    const { code, stdout } = await runs('deploy', 'v1.5.0');
    assert.equal(code, 1, stdout);
    assert.equal((await results()).filter((test) => test.startsWith('failed')).length, 1);
    assert.equal(await liveVersion(), '1.0.0');
  });

  it('never changes a protected environment without --yes, and asks nobody', async () => {
    for (const args of [
      ['deploy', 'production', 'v1.1.0'],
      ['suite', 'production', 'unit'],
      ['down', 'production'],
    ]) {
      const { code, stderr } = await shop.cli(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /there is no terminal to ask on/);
    }
    assert.equal(await liveVersion(), '1.0.0');
  });

  it('runs a suite against what is live: as its own commit has it, or as another does', async () => {
    const file = path.join(shop.folder, 'tidegate.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    const command = (header: string): string =>
      `node -e 'fetch(process.env.TIDEGATE_URL + "/version", { headers: { ${header} } }).then((answer) => { process.exitCode = answer.headers.get("x-shop-version") === "1.0.0" ? 0 : 1; })'`;
    const header = '"x-tidegate-preview": process.env.TIDEGATE_PREVIEW';
    for (const [name, stage, text] of [
      ['users', 'live', command('')],
      ['smoke', 'preview', command(header)],
    ])
      document.setIn(['suites', name], document.createNode({ stage, service: 'web', command: text }));
    await writeFile(file, document.toString());
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost'];
    await output('git', [...identity, 'commit', '-qam', 'Suites against what is live'], { cwd: shop.folder });
    for (const suite of ['users', 'smoke']) {
      const own = await shop.cli('suite', 'production', suite, '--yes');
      assert.equal(own.code, 2, own.stderr);
      assert.match(own.stderr, new RegExp(`There is no suite "${suite}" in tidegate.yaml of`));
      const run = await must(shop.cli('suite', 'production', suite, 'HEAD', '--yes', '--json'));
      const { outcome, release } = JSON.parse(run.stdout) as SuiteResult;
      assert.deepEqual([outcome, release?.tag], ['done', 'v1.0.0']);
    }
    const never = await shop.cli('suite', 'dev', 'users');
    assert.match(never.stderr, /environment\.not-set-up/);
  });
});
