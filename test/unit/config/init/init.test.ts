import assert from 'node:assert/strict';
import { noCallerFiles } from '../../../../agent/config/caller-files.ts';
import { firstProject, type FirstProject } from '../../../../agent/config/init/first-project.ts';
import { validateFiles } from '../../../../agent/config/validate.ts';
import { reader, shown } from '../project-files.ts';
import { publicProjects } from './projects.ts';

async function first(
  files: Readonly<Record<string, string>>,
  folderName = 'shop',
): Promise<Extract<FirstProject, { kind: 'file' }>> {
  const [path = ''] = Object.keys(files);
  const made = await firstProject({
    read: reader(files),
    caller: noCallerFiles,
    variables: {},
    compose: [{ path, written: path }],
    folderName,
  });
  if (made.kind !== 'file') assert.fail(JSON.stringify(made));
  return made;
}

async function errorsAfter(
  files: Readonly<Record<string, string>>,
  text: string,
): Promise<readonly string[]> {
  const { problems } = await validateFiles({
    read: reader({ ...files, 'tidegate.yaml': text }),
    caller: noCallerFiles,
    folder: '',
    environment: undefined,
    variables: {},
    furtherProblems: () => Promise.resolve([]),
  });
  // What the design has and this version does not is refused by its name; that is not for `init` to hide.
  return problems
    .map(({ problem }) => problem)
    .filter(({ severity }) => severity === 'error')
    .map(shown);
}

describe('a first tidegate.yaml', () => {
  for (const { name, files, decisions, wanted } of publicProjects)
    it(`is made of the project "${name}", and is right`, async () => {
      const made = await first(files, name);
      assert.deepEqual(
        made.decisions
          .filter(({ service }) => service !== null)
          .map(({ service, what }) => `${service ?? ''}: ${what}`),
        decisions,
      );
      for (const pattern of wanted) assert.match(made.text, pattern);
      assert.deepEqual(await errorsAfter(files, made.text), []);
    });

  it('tells who would write to one volume at the same time, and which ports stay open', async () => {
    const { decisions } = await first({
      'compose.yaml':
        'services:\n  web: { image: ghost:5, ports: [2368], volumes: [content:/var/lib/ghost] }\n  db: { image: mysql, ports: ["3306:3306"] }\nvolumes: { content: }\n',
    });
    assert.deepEqual(
      decisions.flatMap(({ notes }) => notes),
      [
        'nothing says what to ask for its health: the edge asks for /',
        'the old and the new release both write to content:/var/lib/ghost for a while ("volumes: shared")',
        'its ports (3306) are not published here: services of the project reach it by its name',
      ],
    );
  });

  it('finds who is called in the configuration of a proxy that is mounted', async () => {
    const { decisions } = await first({
      'compose.yaml':
        'services:\n  proxy: { image: "nginx:1", ports: ["80:80"], volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"] }\n  app: { build: . }\n  files: { build: . }\n',
      'nginx.conf': 'upstream a {\n  server app:8000;\n}\nlocation / { proxy_pass http://files:9000/x; }\n',
    });
    assert.deepEqual(
      decisions.slice(2).map(({ what, why }) => [what, why]),
      [
        ['route shop.localhost -> 80', 'it publishes 80 as 80'],
        ['internal, http://app:8000', 'proxy calls http://app:8000'],
        ['internal, http://files:9000', 'proxy calls http://files:9000'],
      ],
    );
  });

  it('writes a worker of which there is nothing to say in the shortest way', async () => {
    const { text } = await first({ 'compose.yaml': 'services: { jobs: { image: "j:1" } }\n' });
    assert.match(text, /^ {4}worker: \{\}$/m);
  });

  it('leaves out services that no profile asks for, and reads .env', async () => {
    const files = {
      'compose.yaml':
        'services:\n  web: { image: "w:1", ports: ["${PORT:?}:3000"] }\n  tool: { image: "t:1", profiles: [debug], ports: [80] }\n',
      '.env': 'PORT=3000\n',
    };
    const { text, decisions } = await first(files);
    assert.deepEqual(
      decisions.slice(2).map(({ kind, why }) => [kind, why]),
      [
        ['route', 'it publishes 3000 as 3000'],
        ['left-out', 'it is only there with the profile debug'],
      ],
    );
    assert.doesNotMatch(text, /^ {2}tool:/m);
    const asked = await first({ ...files, '.env': 'PORT=1\nCOMPOSE_PROFILES=debug\n' });
    assert.match(asked.text, /^ {2}tool:/m);
  });

  it('gives a service that users and services call both ways in', async () => {
    const { text } = await first({
      'compose.yaml':
        'services:\n  web: { image: "a:1", ports: [3000], environment: { API: "http://api:4000" } }\n  api: { image: "b:1", ports: ["4000:4000"] }\n',
    });
    assert.match(text, /route: \{ hosts: \['?api\.shop\.localhost'?\], internal: also, port: 4000 \}/);
  });

  it('says what is wrong with a compose file that cannot be read', async () => {
    const files = { 'compose.yaml': 'services:\n  web: [\n' };
    const made = await firstProject({
      ...{ read: reader(files), caller: noCallerFiles, variables: {}, folderName: 'shop' },
      compose: [{ path: 'compose.yaml', written: 'compose.yaml' }],
    });
    assert.equal(made.kind, 'unreadable');
    assert.match(JSON.stringify(made), /yaml\.syntax/);
  });

  it('names a project after its folder, as far as Swarm allows', async () => {
    const name = async (folder: string): Promise<string | undefined> =>
      (await first({ 'compose.yaml': 'services: { web: { image: "a:1", ports: [80] } }\n' }, folder))
        .decisions[0]?.what;
    assert.equal(await name('My Shop (2)'), 'my-shop-2');
    assert.equal(await name('店'), 'project');
    assert.ok(((await name('a'.repeat(90))) ?? '').length <= 30, 'it is cut');
  });
});
