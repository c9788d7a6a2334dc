import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commands, flags } from '../../../agent/cli/commands.ts';
import { parse, wantsJson, type Invocation } from '../../../agent/cli/parse.ts';
import { TidegateError } from '../../../agent/common/errors.ts';
import { flagEditingParams } from '../../../agent/protocol/flag-editing.ts';
import { editingParams } from '../../../agent/protocol/editing.ts';
import { params } from '../../../agent/protocol/methods.ts';

function requestOf(...argv: string[]): { method: string; params: unknown } {
  const { invocation } = parse(argv, '/project');
  assert.equal(invocation.kind, 'request');
  return invocation.request;
}

function refusal(...argv: string[]): string {
  try {
    parse(argv, '/project');
  } catch (error) {
    assert.ok(error instanceof TidegateError, 'error instanceof TidegateError');
    assert.equal(error.code, 'usage.invalid');
    return `${error.message} ${error.hint ?? ''}`;
  }
  return assert.fail(`"${argv.join(' ')}" was taken`);
}

const dev = { folder: '/project', environment: 'dev' };

describe('the command line', () => {
  const table: [string, string, object][] = [
    ['setup dev', 'setup', { ...dev, upgradeEdge: false }],
    ['setup dev --upgrade-edge', 'setup', { ...dev, upgradeEdge: true }],
    ['deploy dev', 'deploy', { ...dev, ref: 'HEAD', hold: false }],
    ['deploy dev v1.1.0 --hold', 'deploy', { ...dev, ref: 'v1.1.0', hold: true }],
    ['deploy --hold dev v1.1.0', 'deploy', { ...dev, ref: 'v1.1.0', hold: true }],
    ['promote dev', 'promote', dev],
    ['abort dev', 'abort', dev],
    ['rollback dev', 'rollback', { ...dev, tag: null }],
    ['rollback dev v1.0.0', 'rollback', { ...dev, tag: 'v1.0.0' }],
    ['suite dev unit', 'suite', { ...dev, suite: 'unit', ref: null }],
    ['suite dev unit v1.1.0 --junit=r.xml', 'suite', { ...dev, suite: 'unit', ref: 'v1.1.0' }],
    ['status', 'status', { folder: '/project', environment: null }],
    ['status dev', 'status', dev],
    ['releases dev', 'releases', dev],
    ['logs dev', 'logs', { ...dev, service: null, tail: 100, follow: false }],
    ['logs dev web --tail 5 --follow', 'logs', { ...dev, service: 'web', tail: 5, follow: true }],
    ['logs dev --tail=0', 'logs', { ...dev, service: null, tail: 0, follow: false }],
    ['plan dev', 'plan', { ...dev, ref: 'HEAD' }],
    ['plan dev v1.1.0', 'plan', { ...dev, ref: 'v1.1.0' }],
    ['init', 'init', { folder: '/project', compose: null, write: true, fix: false }],
    [
      'init deploy/compose.yml --dry-run --fix',
      'init',
      { folder: '/project', compose: 'deploy/compose.yml', write: false, fix: true },
    ],
    ['validate', 'validate', { folder: '/project', environment: null, fix: false }],
    ['validate dev --fix', 'validate', { ...dev, fix: true }],
    ['doctor', 'doctor', { folder: '/project', environment: null }],
    ['doctor dev', 'doctor', dev],
    ['project', 'project', { folder: '/project' }],
    ['refs', 'refs', { folder: '/project' }],
    ['history dev', 'history', dev],
    ['preview dev', 'preview', dev],
    ['watch dev', 'watch', { ...dev, since: null }],
    ['traffic dev', 'traffic', dev],
    ['down dev', 'down', { ...dev, volumes: false }],
    ['down dev --volumes', 'down', { ...dev, volumes: true }],
    ['maintenance on dev', 'maintenance', { ...dev, on: true }],
    ['maintenance off dev', 'maintenance', { ...dev, on: false }],
    ['backing apply dev store v2', 'backing.apply', { ...dev, service: 'store', ref: 'v2' }],
    [
      'cert set dev shop-cert --cert c.pem --key=/keys/k.pem',
      'setCertificate',
      { ...dev, name: 'shop-cert', certificateFile: '/project/c.pem', keyFile: '/keys/k.pem' },
    ],
    [
      '-C sub cert set dev shop-cert --cert c.pem --key k.pem',
      'setCertificate',
      {
        ...{ folder: '/project/sub', environment: 'dev', name: 'shop-cert' },
        ...{ certificateFile: '/project/sub/c.pem', keyFile: '/project/sub/k.pem' },
      },
    ],
    ['swarm start dev', 'startSwarm', dev],
    ['rollback dev v1 --with-flags', 'rollback', { ...dev, tag: 'v1', withFlags: true }],
    ['rollback dev v1 --dry-run', 'rollbackPlan', { ...dev, tag: 'v1' }],
    ['edge forget dev node-1', 'forgetEdge', { ...dev, node: 'node-1' }],
    ['flags list dev', 'flags.list', dev],
    ['flags on dev free-delivery', 'flags.set', { ...dev, key: 'free-delivery', on: true }],
    ['flags on dev a --share 2.5%', 'flags.set', { ...dev, key: 'a', on: true, share: 2.5 }],
    ['flags on dev a --variant quick', 'flags.set', { ...dev, key: 'a', on: true, variant: 'quick' }],
    ['flags off dev free-delivery', 'flags.set', { ...dev, key: 'free-delivery', on: false }],
    ['flags off dev a --reason slow', 'flags.set', { ...dev, key: 'a', on: false, reason: 'slow' }],
    ['flags drift dev', 'flags.drift', { ...dev, keys: [] }],
    ['flags take dev a b c', 'flags.take', { ...dev, keys: ['a', 'b', 'c'], write: true }],
    ['flags take dev --dry-run', 'flags.take', { ...dev, keys: [], write: false }],
    ['flags apply dev a', 'flags.apply', { ...dev, keys: ['a'] }],
    ['flags apply dev --dry-run', 'flags.drift', { ...dev, keys: [] }],
    ['flags history dev a', 'flags.history', { ...dev, key: 'a' }],
    ['flags export dev', 'flags.export', { ...dev, format: 'flagd' }],
    [
      'flags import old.json --replace --from live',
      'flags.import',
      {
        ...{ folder: '/project', file: '/project/old.json', format: 'auto', from: 'live' },
        ...{ replace: true, write: true },
      },
    ],
    ['flags undo dev a', 'flags.undo', { ...dev, key: 'a' }],
    ['flags undo dev a 17', 'flags.undo', { ...dev, key: 'a', change: 17 }],
    ['flags token dev', 'flags.token', { ...dev, rotate: false }],
    ['flags token dev --rotate --require', 'flags.token', { ...dev, rotate: true, required: true }],
    ['flags counts dev', 'flags.counts', { ...dev, key: null }],
    ['flags token dev --rotate --force', 'flags.token', { ...dev, rotate: true, force: true }],
    ['flags token dev --open', 'flags.token', { ...dev, rotate: false, required: false }],
    [
      'flags create dev a --description New --kind ops',
      'flags.create',
      { ...dev, key: 'a', description: 'New', kind: 'ops' },
    ],
    ['flags create dev a', 'flags.create', { ...dev, key: 'a', description: '', kind: 'release' }],
    ['flags evaluate dev', 'flags.evaluate', { ...dev, key: null, context: {} }],
    [
      'flags evaluate dev a --user ann --context {"plan":"pro"}',
      'flags.evaluate',
      { ...dev, key: 'a', context: { plan: 'pro', targetingKey: 'ann' } },
    ],
    ['flags serve', 'flags.serve', { folder: '/project', environment: null, states: 'file', port: null }],
    ['flags serve dev --live --port 4000', 'flags.serve', { ...dev, states: 'environment', port: 4000 }],
    ['flags variables', 'flags.variables', { folder: '/project', environment: null }],
    [
      'flags override a on --for ann',
      'flags.override',
      { folder: '/project', key: 'a', to: 'on', targetingKey: 'ann' },
    ],
    ['flags override a on', 'flags.override', { folder: '/project', key: 'a', to: 'on', targetingKey: null }],
    ['flags override --clear', 'flags.clearOverrides', { folder: '/project', key: null }],
    [
      'flags override a --clear --for ann',
      'flags.clearOverrides',
      { folder: '/project', key: 'a', targetingKey: 'ann' },
    ],
    ['flags overrides', 'flags.local', { folder: '/project', follow: false }],
    ['-C sub promote dev', 'promote', { folder: '/project/sub', environment: 'dev' }],
    ['promote dev --folder=/elsewhere', 'promote', { folder: '/elsewhere', environment: 'dev' }],
    ['promote -- dev', 'promote', dev],
  ];
  for (const [line, method, expected] of table) {
    it(`takes "${line}"`, () =>
      assert.deepEqual(requestOf(...line.split(' ')), { method, params: expected }));
  }

  it('reaches every method of the API but those of a text that is being written, with parameters the API takes', () => {
    const reached = table.map(([line]) => requestOf(...line.split(' ')));
    // A terminal has a git that shows a blob, variables for tokens, and no text that is being written.
    const editors = [
      ...Object.keys({ ...editingParams, ...flagEditingParams }),
      'blob',
      'flagKeys',
      'flags.useToken',
    ];
    const wanted = Object.keys(params).filter((method) => !editors.includes(method));
    assert.deepEqual([...new Set(reached.map(({ method }) => method))].sort(), wanted.sort());
    for (const { method, params: given } of reached) {
      assert.doesNotThrow(() => params[method as keyof typeof params].parse(given), method);
    }
  });

  it('knows --json and --yes at any place', () => {
    assert.deepEqual(parse(['--json', 'status', '-y'], '/').options, { json: true, yes: true });
    assert.deepEqual(parse(['status'], '/').options, { json: false, yes: false });
  });

  it('sees --json even on a line it refuses, but not behind --', () => {
    assert.equal(wantsJson(['nonsense', '--json']), true);
    assert.equal(wantsJson(['deploy', 'dev', '--', '--json']), false);
  });

  it('asks before down, before an edge is replaced and before Swarm mode is turned on, not before anything else', () => {
    const asks = table.filter(([line]) => {
      const { invocation } = parse(line.split(' '), '/project');
      return invocation.kind === 'request' && invocation.question !== undefined;
    });
    assert.deepEqual(
      asks.map(([line]) => line),
      ['setup dev --upgrade-edge', 'down dev', 'down dev --volumes', 'swarm start dev'],
    );
  });

  const helps: [string, Invocation['kind'], string | undefined][] = [
    ['help', 'help', undefined],
    ['--help', 'help', undefined],
    ['-h', 'help', undefined],
    ['help deploy', 'help', 'deploy'],
    ['help edge forget', 'help', 'edge forget'],
    ['deploy --help', 'help', 'deploy'],
    ['edge forget -h', 'help', 'edge forget'],
    ['--version', 'version', undefined],
    ['deploy --version', 'version', undefined],
    ['agent', 'agent', undefined],
    ['agent --stdio', 'agent', undefined],
  ];
  for (const [line, kind, name] of helps) {
    it(`takes "${line}"`, () => {
      const { invocation } = parse(line.split(' '), '/project');
      assert.equal(invocation.kind, kind);
      if (invocation.kind === 'help') assert.equal(invocation.command?.name, name);
    });
  }
});

describe('a wrong command line', () => {
  const table: [string, RegExp][] = [
    ['', /No command was given\. Try "tidegate help"/],
    ['depoly dev', /no command "depoly"\. Did you mean "deploy"\?/],
    ['Status', /Did you mean "status"\?/],
    ['frobnicate', /no command "frobnicate"\. Known here: init, validate, setup/],
    ['edge', /"tidegate edge" needs another word\. There is: edge forget/],
    ['edge forgt dev n', /needs another word/],
    ['help depoly', /Did you mean "deploy"\?/],
    ['deploy', /"tidegate deploy" needs ENV\. Usage: tidegate deploy ENV \[REF\] \[--hold\]/],
    ['edge forget dev', /needs NODE/],
    ['deploy dev v1 v2', /"v2" is one word too many\. Usage: tidegate deploy/],
    ['deploy dev --hodl', /no flag --hodl\. Did you mean "--hold"\?/],
    ['deploy dev -x', /no flag -x/],
    ['deploy dev --no-hold', /no flag --no-hold/],
    ['deploy dev --__proto__', /no flag --__proto__/],
    ['deploy dev --volumes', /"tidegate deploy" takes no --volumes\. Usage/],
    ['deploy dev --hold=yes', /--hold takes no value/],
    ['logs dev --tail', /--tail needs a value\. Write --tail N/],
    ['logs dev --tail --follow', /--tail needs a value/],
    ['logs dev --tail -5', /--tail needs a value/],
    ['logs dev --tail=-5', /-5 is not a whole number/],
    ['logs dev --tail 5m', /5m is not a whole number/],
    ['status --folder=', /--folder needs a value\. Write --folder DIR/],
  ];
  for (const [line, message] of table) {
    it(`"${line}" is answered with what would be right`, () => {
      assert.match(refusal(...line.split(' ').filter((word) => word !== '')), message);
    });
  }

  it('an empty name is not a name', () => {
    assert.match(refusal('deploy', ''), /ENV is empty/);
  });

  it('of any kind is taken or refused as usage, never a crash', () => {
    const words = [
      ...commands.flatMap(({ name }) => name.split(' ')),
      ...Object.keys(flags).map((name) => `--${name}`),
    ];
    const word = fc.oneof(
      fc.constantFrom(...words),
      fc.string(),
      fc.constantFrom('--', '-', '-C', '--tail=3', '--x=y'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          parse(argv, '/project');
        } catch (error) {
          assert.ok(error instanceof TidegateError, String(error));
          assert.equal(error.code, 'usage.invalid');
          assert.ok(error.hint, 'error.hint');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
