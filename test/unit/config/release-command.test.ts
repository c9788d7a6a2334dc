import assert from 'node:assert/strict';
import { errorsOf, load, loadRight, smallTidegate } from './project-files.ts';

const withRelease = (release: string): string =>
  smallTidegate.replace('{ route: { port: 3000 } }', `{ route: { port: 3000 }, release: ${release} }`);

async function read(release: string): Promise<unknown> {
  const { services } = await loadRight({ 'tidegate.yaml': withRelease(release) });
  return services[0]?.releaseCommand;
}

describe('the release command of a service', () => {
  it('is text for a shell, a list of words, or a map with a timeout', async () => {
    const timeoutMs = 600_000;
    assert.deepEqual(await read('npm run migrate'), {
      command: ['/bin/sh', '-c', 'npm run migrate'],
      timeoutMs,
    });
    assert.deepEqual(await read('[node, migrate.js]'), { command: ['node', 'migrate.js'], timeoutMs });
    assert.deepEqual(await read('{ command: [node, migrate.js], timeout: 90s }'), {
      command: ['node', 'migrate.js'],
      timeoutMs: 90_000,
    });
  });

  it('may be said of a worker, and is none where nothing is said', async () => {
    const worker = smallTidegate.replace('{ route: { port: 3000 } }', '{ worker: {}, release: ./migrate }');
    const { services } = await loadRight({ 'tidegate.yaml': worker });
    assert.deepEqual(services[0]?.releaseCommand?.command, ['/bin/sh', '-c', './migrate']);
    assert.equal('releaseCommand' in ((await loadRight({})).services[0] ?? {}), false);
  });

  for (const [release, error] of [
    ['""', 'services.web.release: "" is empty.'],
    ['7', 'services.web.release: 7 is neither text, nor a list of words, nor a map with "command".'],
    ['[]', 'services.web.release is empty.'],
    ['{}', 'services.web.release: "command" is missing.'],
    ['{ command: x, timeot: 5m }', 'services.web.release: "timeot" is not a known key.'],
    ['{ command: 5 }', 'services.web.release.command: 5 is neither text nor a list of words.'],
    ['{ command: x, timeout: 5 }', 'services.web.release.timeout: 5 has no unit.'],
  ] as const)
    it(`is refused as ${release}, at its place`, async () => {
      const [first = '', ...more] = errorsOf(await load({ 'tidegate.yaml': withRelease(release) }));
      assert.match(first, /^tidegate\.yaml:6:\d+ config\.[a-z-]+: /);
      assert.equal(first.slice(first.indexOf(': ') + 2), error);
      assert.deepEqual(more, []);
    });

  it('has a hint with the key that was meant', async () => {
    const { problems } = await load({ 'tidegate.yaml': withRelease('{ comand: x }') });
    assert.match(problems.map(({ hint }) => hint).join('\n'), /"command"/);
  });
});
