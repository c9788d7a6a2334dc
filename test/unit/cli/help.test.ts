import assert from 'node:assert/strict';
import { commands, flags } from '../../../agent/cli/commands.ts';
import { helpFor, overview, usageLine } from '../../../agent/cli/help.ts';

describe('help', () => {
  it('lists every command with what it does', () => {
    const lines = overview().split('\n');
    for (const { name, summary } of commands) {
      assert.ok(
        lines.some((line) => line.startsWith(`  ${name}`) && line.endsWith(summary)),
        name,
      );
    }
  });

  it('names every exit code', () => {
    for (const code of [
      '0 done',
      '1 failed',
      '2 usage',
      '3 reverted',
      '4 partial',
      '5 busy',
      '130 cancelled',
    ]) {
      assert.ok(overview().includes(code), code);
    }
  });

  it('shows the flags of a command, its own and those of every command', () => {
    const logs = commands.find(({ name }) => name === 'logs');
    assert.ok(logs, 'logs');
    assert.equal(usageLine(logs), 'tidegate logs ENV [SERVICE] [--tail N] [--follow]');
    assert.ok(helpFor(logs).includes(`--tail N`), 'helpFor(logs).includes(`--tail N`)');
    assert.ok(helpFor(logs).includes(flags.json.summary), 'helpFor(logs).includes(flags.json.summary)');
    assert.ok(!helpFor(logs).includes('--volumes'), "!helpFor(logs).includes('--volumes')");
  });

  it('fits a terminal of 120 columns', () => {
    for (const text of [overview(), ...commands.map(helpFor)]) {
      for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
    }
  });
});
