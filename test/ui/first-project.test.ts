import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { output } from '../../scripts/command.ts';
import { freePort } from '../support/edge-environment.ts';
import { testEngine, testStackName } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { turnSwarmOff } from '../support/swarm-off.ts';
import { git } from '../integration/release/commits.ts';
import { uiStage, type Stage } from './stage.ts';
import type { Workbench } from './workbench.ts';

const program = path.resolve(import.meta.dirname, '../../dist/tidegate.js');

/** What somebody has who never heard of Tidegate. `BASE`: an image with Node. */
const files = {
  'compose.yaml': 'services:\n  web:\n    build: .\n    ports: ["3000:3000"]\n',
  Dockerfile: 'FROM BASE\nWORKDIR /app\nCOPY server.mjs .\nCMD ["node", "server.mjs"]\n',
  'server.mjs': `import { createServer } from 'node:http';
createServer((request, response) => response.end('Hello from v1.0.0')).listen(3000);
process.on('SIGTERM', () => process.exit(0));
`,
};

/** One story, told in order, by somebody who never opens a terminal. */
describe('a compose project, met by the editor for the first time', function () {
  this.bail(true);
  let stage: Stage;
  let workbench: Workbench;
  let parent: string;
  let folder: string;
  let port: number;
  let host: string;

  before(async function () {
    this.timeout(120_000);
    const { host: engine, images } = await testEngine();
    host = engine;
    parent = await mkdtemp(path.join(tmpdir(), 'tidegate-first-'));
    folder = path.join(parent, testStackName('first'));
    port = await freePort();
    await mkdir(folder);
    for (const [name, text] of Object.entries(files))
      await writeFile(path.join(folder, name), text.replace('BASE', images.node));
    await git(folder, 'init', '-q', '-b', 'main');
    await git(folder, 'add', '-A');
    await git(folder, 'commit', '-q', '-m', 'Says hello');
    await git(folder, 'tag', 'v1.0.0');
    stage = await uiStage();
    await stage.engine.cut();
    const trust = { enabled: true, startupPrompt: 'never', banner: 'never' };
    await stage.editor.configure(
      Object.fromEntries(
        Object.entries(trust).map(([name, value]) => [`security.workspace.trust.${name}`, value]),
      ),
    );
    workbench = await stage.open(folder);
  });

  after(async function () {
    this.timeout(60_000);
    await workbench.close();
    await stage.editor.configure({});
    stage.engine.answer(undefined);
    await stage.engine.mend();
    const env = { ...process.env, DOCKER_HOST: host, TIDEGATE_AGENT: 'off' };
    await output(process.execPath, [program, 'down', 'dev', '--yes', '--volumes'], { cwd: folder, env });
    await rm(parent, { recursive: true, force: true });
  });

  afterEach(async function () {
    await workbench.tellIfFailed(this.currentTest);
  });

  it('reads nothing of a folder that is not trusted, and leads to where it can be', async () => {
    await workbench.showSideBar();
    await workbench.pressInWelcome('before you trust this workspace', 'Manage Workspace Trust');
    await workbench.trust();
    await workbench.waitForWelcome('no tidegate.yaml');
    await workbench.picture('first 1 no tidegate.yaml');
  });

  it('sets the project up: shows the file, writes it after a yes, and it can be changed', async () => {
    await workbench.pressInWelcome('no tidegate.yaml', 'Set Up This Project');
    const question = 'Create tidegate.yaml from compose.yaml?';
    await workbench.dialog(question).waitFor();
    await workbench.picture('first 2 the file before it is written');
    await workbench.pictureOf(workbench.dialog(question), 'walkthrough set up');
    await workbench.pressInDialog(question, 'Create');
    await workbench.waitForToast('tidegate.yaml is written. What is committed can be deployed now.');
    await workbench.clearToasts();
    await workbench.replaceInEditor('8080', String(port));
    await eventually(async () =>
      assert.match(await readFile(path.join(folder, 'tidegate.yaml'), 'utf8'), new RegExp(`http: ${port}`)),
    );
  });

  it('says that Docker is stopped, that it may not be used, that Swarm mode is off: one after the other', async () => {
    await workbench.waitForWelcome('Docker does not answer');
    stage.engine.answer(() => ({ status: 401, body: { message: 'authorization denied' } }));
    await stage.engine.mend();
    await workbench.waitForWelcome('you may not use it');
    turnSwarmOff(stage.engine);
    await workbench.waitForWelcome('Swarm mode is off');
    await workbench.clearToasts();
    await workbench.picture('first 3 Swarm mode is off');
    await workbench.pictureOf(workbench.welcome('Swarm mode is off'), 'walkthrough docker');
  });

  it('turns Swarm mode on from the view that says it is off, and shows the environment', async () => {
    await workbench.pressInWelcome('Swarm mode is off', 'Turn On Swarm Mode…');
    await workbench.pressInDialog('Turn on Swarm mode for dev?', 'Turn On');
    await workbench.waitForToast('is in Swarm mode now');
    await workbench.waitForRow(/dev.*not set up/s);
    await workbench.waitForRow('Set up dev…');
    await workbench.clearToasts();
  });

  it('deploys a tag from the palette to an environment that it sets up first', async () => {
    await workbench.command('Deploy…');
    await workbench.pick('v1.0.0');
    await workbench.dialog('Set up dev first?').waitFor();
    await workbench.picture('first 4 set up first');
    await workbench.pressInDialog('Set up dev first?', 'Set Up and Deploy');
    await workbench.waitForToast('v1.0.0 is live in dev', 120_000);
    await workbench.waitForRow(/blue.*v1\.0\.0.*live 100 %/s);
    await workbench.picture('first 5 deployed');
  });

  it('opens what is live in a browser, which answers through the edge', async () => {
    const page = await workbench.opens(() => workbench.pressInToast('v1.0.0 is live in dev', 'Open App'));
    await page.locator('body', { hasText: 'Hello from v1.0.0' }).waitFor();
    assert.equal(new URL(page.url()).port, String(port));
  });
});
