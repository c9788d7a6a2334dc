import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasDesktop, openDesktop, type Opening } from '../../../scripts/demo/desktop.ts';

describe('the demo in a VS Code on the PATH', function () {
  if (process.platform === 'win32') return;
  let folder: string;
  let opening: Opening;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tidegate-desktop-'));
    await mkdir(path.join(folder, 'bin'));
    const env = {
      PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      ...{ DOCKER_HOST: 'unix:///run/demo.sock', DISPLAY: ':0' },
    };
    opening = { folder: path.join(folder, 'own'), vsix: '/t/t.vsix', workspace: '/t/the shop', env };
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function code(script: string): Promise<void> {
    const file = path.join(folder, 'bin', 'code');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }

  it('installs the extension into a place of its own, then opens the sample there', async () => {
    const log = path.join(folder, 'log');
    await code(`{ echo "call $DOCKER_HOST"; for word in "$@"; do echo "  $word"; done; } >> '${log}'`);
    await openDesktop(opening);
    const [install = '', open = ''] = (await readFile(log, 'utf8')).split(/^call /m).slice(1);
    const words = (call: string): readonly string[] => call.trimEnd().split('\n  ');
    const own = ['--user-data-dir', path.join(folder, 'own/user')];
    own.push('--extensions-dir', path.join(folder, 'own/extensions'));
    const host = 'unix:///run/demo.sock';
    assert.deepEqual(words(install), [host, ...own, '--install-extension', '/t/t.vsix', '--force']);
    assert.deepEqual(
      words(open).filter((word) => word !== '--no-sandbox'),
      [host, ...own, '--disable-workspace-trust', '--new-window', '/t/the shop'],
    );
    assert.equal(
      words(open).includes('--no-sandbox'),
      process.getuid?.() === 0 && process.platform === 'linux',
    );
    const settings = await readFile(path.join(folder, 'own/user/User/settings.json'), 'utf8');
    assert.match(settings, /"telemetry.telemetryLevel":"off"/);
  });

  it('says what can be done instead when it fails', async () => {
    await code('echo "cannot open display" >&2; exit 3');
    await assert.rejects(openDesktop(opening), (error: Error) => {
      for (const word of ['cannot open display', '/t/t.vsix', '/t/the shop', 'unix:///run/demo.sock'])
        assert.ok(error.message.includes(word), `${word} is in: ${error.message}`);
      return true;
    });
  });

  it('is not looked for where there is no screen to show it on', async function () {
    if (process.platform !== 'linux') this.skip();
    await code('exit 0');
    assert.equal(await hasDesktop({ PATH: opening.env['PATH'] }), false);
  });
});
