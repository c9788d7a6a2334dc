import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { hasCode } from '../../../../agent/common/errors.ts';
import type { ErrorCode } from '../../../../agent/protocol/codes.ts';
import { openSwarm } from '../../../../agent/swarm/docker-swarm.ts';
import { openEngine } from '../../../../agent/swarm/engine.ts';
import { parseAddress } from '../../../../agent/swarm/reach/address.ts';
import { dialArguments, readSettings } from '../../../../agent/swarm/reach/ssh/arguments.ts';
import { explainEnd } from '../../../../agent/swarm/reach/ssh/trouble.ts';

const plain = readSettings('controlpath none\nstricthostkeychecking ask\nconnecttimeout none');

describe('what the ssh program is called with', () => {
  it('asks nobody anything, and checks the key of the host', () => {
    const args = dialArguments({ host: 'box', user: 'ann', port: 22 }, plain, undefined);
    assert.ok(args.includes('BatchMode=yes'), args.join(' '));
    assert.ok(args.includes('StrictHostKeyChecking=yes'), args.join(' '));
    assert.deepEqual(args.slice(-7), ['-l', 'ann', '-p', '22', '--', 'box', 'docker system dial-stdio']);
  });

  it('names the socket over there', () => {
    const args = dialArguments({ host: 'box', socket: '/run/d.sock' }, plain, undefined);
    assert.equal(args.at(-1), "docker --host 'unix:///run/d.sock' system dial-stdio");
  });

  it("checks keys where the user's configuration turns that off, and leaves its other decisions", () => {
    const off = dialArguments({ host: 'box' }, readSettings('stricthostkeychecking false'), undefined);
    assert.ok(off.includes('StrictHostKeyChecking=yes'), off.join(' '));
    const text =
      'stricthostkeychecking accept-new\nconnecttimeout 3\nserveraliveinterval 60\ncontrolpath /x/%C';
    const settings = readSettings(text);
    assert.equal(settings.sharesConnections, true);
    const own = dialArguments({ host: 'box' }, settings, undefined).join(' ');
    assert.doesNotMatch(own, /StrictHostKey|ConnectTimeout|ServerAlive|Control/);
  });

  it('shares one connection: the first is made, the others go through it', () => {
    const master = dialArguments({ host: 'b' }, plain, { role: 'master', path: '/t/m' }).join(' ');
    assert.match(master, /ControlMaster=yes -o ControlPath=\/t\/m -o ControlPersist=no/);
    const client = dialArguments({ host: 'b' }, plain, { role: 'client', path: '/t/m' }).join(' ');
    assert.match(client, /ControlMaster=no -o ControlPath=\/t\/m/);
  });

  it('takes nothing of any address for an option or for words of a shell', () => {
    const part = fc.string({
      unit: fc.constantFrom(...'-ab.@:/\\\'"$`; \n[]%o=\t'.split('')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(part, part, part, (user, host, rest) => {
        const text = `ssh://${user}@${host}${rest}`;
        let address;
        try {
          address = parseAddress(text, 'a test');
        } catch (error) {
          assert.ok(hasCode(error, 'engine.unreachable'), String(error));
          return;
        }
        assert.ok(address.kind === 'ssh', address.kind);
        const { target } = address;
        assert.doesNotMatch(`${target.user ?? 'x'} ${target.host}`, /^-| -|['"$`;\s].*\s/);
        const command = dialArguments(target, plain, undefined).at(-1) ?? '';
        assert.match(command, /^docker( --host 'unix:\/\/[^']*')? system dial-stdio$/s);
      }),
    );
  });
});

describe('what it means that the ssh program ended', () => {
  const remote = {
    target: { host: 'box', user: 'ann', port: 2222 },
    engine: 'ssh://ann@box:2222',
    hasAgent: true,
  };

  const ends: readonly (readonly [string, number | null, string, ErrorCode, RegExp])[] = [
    [
      'an unknown host',
      255,
      'No ED25519 host key is known for box and you have requested strict checking.\r\nHost key verification failed.',
      'engine.unknown-host',
      /never been seen/,
    ],
    [
      'a host with another key',
      255,
      '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
      'engine.unknown-host',
      /another key/,
    ],
    [
      'a refused key',
      255,
      'Welcome!\nann@box: Permission denied (publickey).',
      'engine.key-refused',
      /none of your keys/,
    ],
    [
      'too many keys',
      255,
      'Received disconnect: Too many authentication failures',
      'engine.key-refused',
      /none of/,
    ],
    [
      'no such name',
      255,
      'ssh: Could not resolve hostname box: Name or service not known',
      'engine.unreachable',
      /no host box/,
    ],
    [
      'a closed port',
      255,
      'ssh: connect to host box port 22: Connection refused',
      'engine.unreachable',
      /Connection refused/,
    ],
    [
      'a host that does not answer',
      255,
      'ssh: connect to host box port 22: Operation timed out',
      'engine.unreachable',
      /timed out/,
    ],
    ['no docker', 127, 'sh: 1: docker: not found', 'engine.no-docker', /no docker program/],
    ['an old docker', 1, "docker: 'dial-stdio' is not a docker command.", 'engine.no-docker', /too old/],
    [
      'no engine over there',
      1,
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
      'engine.unreachable',
      /no Docker engine answers there/,
    ],
    [
      'an engine that is closed',
      1,
      'dial unix /var/run/docker.sock: connect: permission denied',
      'engine.denied',
      /does not let this user in/,
    ],
    ['a signal', null, '', 'engine.unreachable', /without a word/],
  ];
  for (const [what, code, stderr, expected, message] of ends)
    it(`reads ${what} as ${expected}`, () => {
      const error = explainEnd({ remote, code, stderr, wasConnected: false });
      assert.equal(error.code, expected);
      assert.match(error.message, message);
      assert.ok((error.hint ?? '').length > 20, error.hint ?? 'no hint');
    });

  it('takes whatever comes after an answer for a lost connection', () => {
    const error = explainEnd({ remote, code: 255, stderr: 'client_loop: Broken pipe', wasConnected: true });
    assert.equal(error.code, 'engine.unreachable');
    assert.match(error.message, /was lost \(client_loop: Broken pipe\)/);
  });
});

describe('an engine behind an ssh program', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-ssh-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function asked(program: string | undefined): Promise<unknown> {
    if (program !== undefined) {
      await writeFile(path.join(folder, 'ssh'), `#!/bin/sh\n${program}\n`);
      await chmod(path.join(folder, 'ssh'), 0o755);
    }
    const target = { host: 'box' };
    const env = { PATH: folder };
    const engine = openEngine({ kind: 'ssh', target, env, name: 'ssh://box', source: 'a test' });
    try {
      return await openSwarm(engine).nodes();
    } finally {
      engine.close();
    }
  }

  it('says that there is none', async () => {
    await assert.rejects(asked(undefined), { code: 'engine.no-ssh' });
  });

  it('says what the program says about a configuration it cannot read', async () => {
    await assert.rejects(asked('echo "Bad configuration option: oops" >&2; exit 255'), {
      code: 'engine.unreachable',
      message: /Bad configuration option: oops/,
    });
  });

  it('says that there is no docker over there', async () => {
    const program = 'case "$1" in -G) exit 0;; esac; echo "docker: not found" >&2; exit 127';
    await assert.rejects(asked(program), { code: 'engine.no-docker' });
  });

  it('gives the program only what the session has in its environment', async () => {
    process.env['TIDEGATE_STRANGER'] = 'x';
    try {
      const program =
        'case "$1" in -G) exit 0;; esac; echo "${TIDEGATE_STRANGER:-nothing strange}" >&2; exit 255';
      await assert.rejects(asked(program), { message: /nothing strange/ });
    } finally {
      delete process.env['TIDEGATE_STRANGER'];
    }
  });
});
