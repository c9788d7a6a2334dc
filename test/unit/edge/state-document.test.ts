import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { renderServices } from '../../../agent/edge/services-config.ts';
import { renderDocument, renderState } from '../../../agent/edge/state-document.ts';
import { routing, service, target } from './sample-routing.ts';

const keys = { probe: 'PROBE', preview: { id: 'k1', key: Buffer.alloc(32, 0xfb).toString('base64url') } };

describe('the document for edges', () => {
  it('says all that a swap can change in one line of each service', () => {
    const state = renderState(
      routing([
        service('api', {
          route: { active: 'green', canary: 250 },
          hosts: ['api.test', 'API.example'],
          cuts: ['api-blue'],
        }),
        service('new', {
          route: undefined,
          slots: [target('new', 'green', { release: 4 })],
          hosts: ['new.test'],
        }),
        service('web', {
          slots: [target('web', 'blue', { release: 2 }), target('web', 'green', { release: 3 })],
        }),
      ]),
      keys,
      'abc',
    );
    assert.equal(
      state,
      `#tidegate ledger 7 abc
_version 7
h/api.test api
h/api.example api
h/new.test new
h/* web
r/api.test/ api
r/api.example/ api
r/new.test/ new
r/*/ web
s/api green:250:1:-
s/new -:0:-:4
s/web blue:0:2:3
c/api-blue 1
k/PROBE 1
p/k1 ${Buffer.alloc(32, 0xfb).toString('base64')}
#end
`,
    );
  });

  it('gives a host to the first service that claims it', () => {
    const state = renderState(
      routing([service('a', { hosts: ['x.test'] }), service('b', { hosts: ['X.test'] })]),
      keys,
      'h',
    );
    assert.deepEqual(state.match(/^[hr]\/.*$/gm), ['h/x.test a', 'r/x.test/ a']);
  });

  it('gives a path to its service on every host that has none of its own for it', () => {
    const state = renderState(
      routing([
        service('api', { paths: ['/api'] }),
        service('shop', { hosts: ['shop.test'] }),
        service('own', { hosts: ['shop.test', 'own.test'], paths: ['/api', '/x/y'] }),
        service('web'),
      ]),
      keys,
      'h',
    );
    assert.deepEqual(state.match(/^r\/.*$/gm), [
      'r/shop.test/ shop',
      'r/shop.test/api/ own',
      'r/shop.test/x/y/ own',
      'r/own.test/api/ own',
      'r/own.test/x/y/ own',
      'r/*/api/ api',
      'r/own.test/ web',
      'r/*/ web',
    ]);
  });

  it('refuses a path that would break out of its line, or into another', () => {
    for (const path of ['', 'api', '/api/', '//', '/a b', '/a\nh/* x', '/a:b', '/%61'])
      assert.throws(
        () => renderState(routing([service('web', { paths: [path] })]), keys, 'h'),
        (error) => hasCode(error, 'ledger.corrupt'),
        path,
      );
  });

  it('says so where the environment is under maintenance', () => {
    assert.match(renderState(routing([service('web')], { maintenance: true }), keys, 'h'), /\nm\/on 1\n/);
    assert.doesNotMatch(renderState(routing([service('web')]), keys, 'h'), /\nm\//);
  });

  it('refuses a host that would break out of its line', () => {
    for (const host of ['x test', 'x\ns/web green:0:1:1', '', '#end'])
      assert.throws(
        () => renderState(routing([service('web', { hosts: [host] })]), keys, 'h'),
        (error) => hasCode(error, 'ledger.corrupt'),
      );
  });

  it('carries the services configuration where the edge has another one', () => {
    const services = renderServices(routing([service('web')]));
    const state = renderState(routing([service('web')]), keys, services.hash);
    assert.equal(renderDocument(state, undefined), state);
    assert.equal(renderDocument(state, services), state + services.text);
  });
});
