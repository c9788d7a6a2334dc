/** One of the ten compose projects as its user has it: a repository that knows nothing of Tidegate. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { parseDocument } from 'yaml';
import { output } from '../../../scripts/command.ts';
import { ask } from '../../support/ask.ts';
import { standIns, type ComposeProject } from '../../support/compose-projects.ts';
import { freePort } from '../../support/edge-environment.ts';
import { testEngine, testStackName, type TestEngine } from '../../support/engine.ts';
import { takeAway } from '../../support/shop.ts';

const program = path.resolve(import.meta.dirname, '../../../dist/tidegate.js');

/** Images of the names that public ones have; kept, as base images are. */
export async function makeStandIns({ connect, images }: TestEngine): Promise<void> {
  const engine = connect();
  try {
    for (const [name, script] of Object.entries(standIns)) {
      const tar = pack();
      tar.entry(
        { name: 'Dockerfile' },
        `FROM ${images.node}\nCOPY run.cjs /run.cjs\nCMD ["node", "/run.cjs"]\n`,
      );
      tar.entry({ name: 'run.cjs' }, script);
      tar.finalize();
      const stream = await engine.docker.buildImage(Readable.from(tar), { t: `tidegate-test/${name}` });
      await new Promise<void>((resolve, reject) => {
        engine.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
    }
  } finally {
    engine.close();
  }
}

/** `init`, then `setup` and `deploy`: what answers is asked. Nothing but ports and images of tests is edited. */
export async function deployAsItIs(project: ComposeProject): Promise<void> {
  const test = await testEngine();
  const parent = await mkdtemp(path.join(tmpdir(), 'tidegate-new-'));
  const folder = path.join(parent, project.name);
  const port = await freePort();
  const env = { ...process.env, DOCKER_HOST: test.host, NO_COLOR: '1', TIDEGATE_AGENT: 'off' };
  const tidegate = (...args: readonly string[]): Promise<string> =>
    output(process.execPath, [program, ...args], { cwd: folder, env });
  try {
    await writeProject(folder, project, test.images.node);
    await tidegate('init', '--fix');
    await forTests(path.join(folder, 'tidegate.yaml'), { port, images: test.images });
    await output('git', ['-C', folder, 'add', '-A']);
    await output('git', [
      '-C',
      folder,
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@b',
      'commit',
      '-qm',
      'first',
    ]);
    await tidegate('setup', 'dev');
    await tidegate('deploy', 'dev');
    for (const [host, text] of Object.entries(project.answers)) {
      const answer = await ask({ url: `http://127.0.0.1:${port}/`, headers: { host } });
      assert.equal(answer.status, 200, `${host}: ${answer.text}`);
      assert.ok(answer.text.includes(text), `${host} says ${answer.text}`);
    }
  } finally {
    takeAway({ checkout: folder, folder: parent, env, environments: ['dev'] });
  }
}

async function writeProject(folder: string, { files }: ComposeProject, base: string): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text.replaceAll('BASE', base));
  }
  await output('git', ['init', '-q', folder]);
}

/** A name and a port that nobody else has, and images that are there without a registry. */
async function forTests(
  file: string,
  { port, images }: { readonly port: number; readonly images: TestEngine['images'] },
): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  document.set('project', testStackName('new'));
  document.setIn(['environments', 'dev', 'edge', 'http'], port);
  const { edge, control } = images;
  document.setIn(['environments', 'dev', 'images'], document.createNode({ edge, control }));
  await writeFile(file, document.toString());
}
