import assert from 'node:assert/strict';
import { renderBaseConfig } from '../../../agent/edge/base-config.ts';
import { headers } from '../../../agent/edge/wire.ts';

describe("an edge's base configuration", () => {
  const text = renderBaseConfig({ stack: 'shop-dev' });
  const lines = text.split('\n').map((line) => line.trim());

  it('is the same for the same options, and short of its limits', () => {
    assert.equal(renderBaseConfig({ stack: 'shop-dev' }), text);
    assert.notEqual(renderBaseConfig({ stack: 'shop-prod' }), text);
    // HAProxy cuts lines off at 2,048 characters and 64 words.
    for (const line of lines) assert.ok(line.length < 2000 && line.split(' ').length < 64, line);
  });

  it('logs no query, for it may hold a preview token', () => {
    const [format = ''] = lines.filter((line) => line.startsWith('log-format'));
    assert.match(format, /%HP/);
    assert.doesNotMatch(text, /%HU|%HQ|%\[?capture\.req|%r[ "]|option httplog/);
  });

  it('has no colour to start on: without state, host or version it answers itself before a backend is chosen', () => {
    const chosen = lines.indexOf('use_backend %[var(txn.service)]-%[var(txn.colour)]');
    for (const answer of [/503 .*no state/, /404 .*No service answers/, /503 .*Nothing here yet/]) {
      const at = lines.findIndex((line) => answer.test(line));
      assert.ok(at > 0 && at < chosen, String(answer));
    }
    assert.doesNotMatch(text, /txn\.colour\) str\((blue|green)\)(?! if wanted)/);
  });

  it('takes from a request what only the edge may say', () => {
    for (const name of [headers.probe, headers.slot, headers.preview])
      assert.ok(lines.includes(`http-request del-header ${name}`), name);
  });

  it('asks nobody twice who did not ask idempotently', () => {
    assert.ok(
      lines.includes('http-request disable-l7-retry unless { method GET HEAD OPTIONS }'),
      "lines.includes('http-request disable-l7-retry unless { method GET HEAD OPTIONS }')",
    );
  });

  it('does not take a control for dead that answers its check late', () => {
    const control = lines.slice(lines.indexOf('backend tidegate-control from tidegate'));
    assert.ok(control.includes('timeout check 3s'), "control.includes('timeout check 3s')");
  });

  it('keeps a stream for longer than a request', () => {
    const other = renderBaseConfig({ stack: 's', idleSeconds: 5, streamSeconds: 77 });
    assert.match(other, /timeout server 5s[\s\S]*timeout tunnel 77s/);
    assert.match(other, /set-timeout server 77s if \{ req\.hdr\(accept\) -m sub text\/event-stream \}/);
  });
});
