import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { renderBaseConfig } from '../../../agent/edge/base-config.ts';
import { bufferSize, forwardingRules, limitRules } from '../../../agent/edge/door.ts';

const golden = path.join(import.meta.dirname, 'golden');

describe('the door of an environment', () => {
  for (const [name, door] of [
    ['plain', { http: 80 }],
    [
      'full',
      {
        http: 8080,
        https: 8443,
        maxBody: 10 * 1024 * 1024,
        maxHeader: 16 * 1024,
        trustedProxies: ['10.0.0.0/8', '2001:db8::/32'],
      },
    ],
    ['behind', { trustedProxies: ['10.0.9.0/24'] }],
  ] as const)
    it(`is configured as ${name}.cfg says`, async () => {
      const text = renderBaseConfig({ stack: 'shop-dev', door });
      assert.equal(text, await readFile(path.join(golden, `${name}.cfg`), 'utf8'));
    });

  it('believes nobody about the client unless told whom', () => {
    const rules = forwardingRules({ http: 80 });
    assert.ok(rules.includes('  acl trusted always_false'), rules.join('\n'));
    for (const name of [
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'x-forwarded-port',
    ])
      assert.ok(rules.includes(`  http-request del-header ${name} unless proxied`), name);
    assert.doesNotMatch(rules.join('\n'), /set-src/);
  });

  it('drops what a client claims before it says what it knows', () => {
    const rules = forwardingRules({ http: 80, https: 443, trustedProxies: ['10.0.0.0/8'] });
    const dropped = rules.findLastIndex((rule) => rule.includes('del-header'));
    const said = rules.findIndex((rule) => /(set|add)-header/.test(rule));
    assert.ok(dropped >= 0 && dropped < said, rules.join('\n'));
  });

  it('limits bodies only where it is told to', () => {
    assert.doesNotMatch(limitRules({ http: 80 }).join('\n'), /41[13]/);
    assert.match(limitRules({ http: 80, maxBody: 5 }).join('\n'), /status 413 .* gt 5 }[\s\S]*status 411/);
  });

  it('reads further than its limit, so that it can say what is too large', () => {
    for (const maxHeader of [1024, 12 * 1024, 16 * 1024, 16_385, 64 * 1024])
      assert.ok(bufferSize({ http: 80, maxHeader }) - 1024 >= maxHeader + 2048, String(maxHeader));
  });
});
