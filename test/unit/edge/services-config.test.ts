import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasCode } from '../../../agent/common/errors.ts';
import { renderServices } from '../../../agent/edge/services-config.ts';
import { routing, service, target } from './sample-routing.ts';

const hashOf = (...services: Parameters<typeof routing>[0]): string => renderServices(routing(services)).hash;

describe('the services configuration of edges', () => {
  it('has a backend for both slots of each service, and says where it ends', () => {
    const { text, hash } = renderServices(routing([service('web')]));
    assert.equal(
      text,
      `# ${hash}
backend web-blue from tidegate-slot
  # target 3000 /healthz
  http-check send meth GET uri /healthz ver HTTP/1.1 hdr host localhost hdr user-agent tidegate-edge
  server-template s 8 tasks.shop-dev_web-blue:3000

backend web-green from tidegate-slot
  # target 3000 /healthz
  http-check send meth GET uri /healthz ver HTTP/1.1 hdr host localhost hdr user-agent tidegate-edge
  server-template s 8 tasks.shop-dev_web-green:3000

#end
`,
    );
    assert.match(hash, /^[0-9a-f]{12}$/);
  });

  it('takes the beginning of a path away, the longest first, and never from a probe', () => {
    const strip = ['/b.c', '/api', '/api/v2', '/'];
    const { text } = renderServices(routing([service('api', { slots: [target('api', 'blue', { strip })] })]));
    const [rule = ''] = text.match(/^ {2}http-request replace-path .*$/m) ?? [];
    assert.equal(
      rule,
      "  http-request replace-path '^(/api/v2|/b[.]c|/api)(/(.*))?$' '/\\3' unless { var(txn.ask) -m found }",
    );
    assert.equal(text.match(/replace-path/g)?.length, 2);
    assert.doesNotMatch(renderServices(routing([service('web')])).text, /replace-path/);
    for (const path of ["/a'", '/a(b)', '/a|b', '/a\n', '/a$'])
      assert.throws(
        () => hashOf(service('api', { slots: [target('api', 'blue', { strip: [path] })] })),
        (error) => hasCode(error, 'ledger.corrupt'),
        path,
      );
  });

  it('does not change with a swap, a canary, a cut, a release, or filling and emptying a slot of the same shape', () => {
    const hash = hashOf(service('web'));
    assert.equal(hashOf(service('web', { route: { active: 'green', canary: 2500 } })), hash);
    assert.equal(hashOf(service('web', { route: undefined })), hash);
    assert.equal(hashOf(service('web', { cuts: ['web-blue'], hosts: ['shop.test'] })), hash);
    assert.equal(hashOf(service('web', { slots: [target('web', 'green', { release: 9 })] })), hash);
    assert.equal(
      hashOf(service('web', { slots: [target('web', 'blue'), target('web', 'green', { release: 9 })] })),
      hash,
    );
    assert.equal(renderServices(routing([service('web')], { version: 8, object: 'other' })).hash, hash);
  });

  it('changes with a service, a port and a health path', () => {
    const hash = hashOf(service('web'));
    assert.notEqual(hashOf(service('web'), service('api')), hash);
    assert.notEqual(hashOf(service('web', { slots: [target('web', 'blue', { port: 3001 })] })), hash);
    assert.notEqual(hashOf(service('web', { slots: [target('web', 'blue', { health: '/ready' })] })), hash);
  });

  it('has room for the old and the new tasks of a slot at once, in powers of two', () => {
    for (const [replicas, servers] of [
      [0, 8],
      [4, 8],
      [5, 16],
      [8, 16],
      [9, 32],
      [100, 256],
    ] as const) {
      const { text } = renderServices(
        routing([service('web', { slots: [target('web', 'blue', { replicas })] })]),
      );
      assert.match(
        text,
        new RegExp(`server-template s ${servers} tasks\\.shop-dev_web-green`),
        `${replicas}`,
      );
    }
  });

  it('keeps a backend, without servers, of a service whose slots are empty', () => {
    assert.match(renderServices(routing([service('web', { slots: [] })])).text, /^backend web-green from/m);
  });

  it('never lets anything of the ledger become a line of its own', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('a', '/', '-', '\n', ' ', '#', '"', '\\', '\0', 'é') }),
    );
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: -5, max: 70_000 }), (stack, name, health, port) => {
        const slot = { ...target('x', 'blue', { health, port }), slot: `${name}-blue` as const };
        const lines = rendered(
          () => renderServices(routing([service(name, { slots: [slot] })], { stack })).text,
        );
        if (lines === undefined) return;
        assert.equal(lines.length, 13);
        for (const line of lines)
          assert.match(line, /^(#\S* ?\S*|backend \S+ from tidegate-slot| {2}\S.*)?$/);
        assert.ok(
          lines.every((line) => !/["'\\]/.test(line)),
          'lines.every((line) => !/["\'\\\\]/.test(line))',
        );
      }),
    );
  });

  function rendered(render: () => string): readonly string[] | undefined {
    try {
      return render().split('\n');
    } catch (error) {
      assert.ok(hasCode(error, 'ledger.corrupt'), String(error));
      return undefined;
    }
  }
});
