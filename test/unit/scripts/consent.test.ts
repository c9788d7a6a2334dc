import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { consentFrom, type Terminal } from '../../../scripts/consent.ts';

interface Setting {
  readonly tty: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly answer?: string;
}

/** `asked` gives everything that was written. */
function terminal({ tty, env = {}, answer }: Setting): Terminal & { asked(): string } {
  const input = Object.assign(new PassThrough(), { isTTY: tty });
  const output = Object.assign(new PassThrough(), { isTTY: tty });
  if (answer !== undefined) input.write(`${answer}\n`);
  return {
    input: input,
    output: output,
    env,
    asked: () => String(output.read() ?? ''),
  };
}

describe('consent', () => {
  for (const answer of ['', 'y', 'Yes'])
    it(`is given by ${JSON.stringify(answer)}`, async () => {
      const screen = terminal({ tty: true, answer });
      await consentFrom(screen, { yes: false })('Install it?');
      assert.match(screen.asked(), /Install it\? \[Y\/n\]/);
    });

  for (const answer of ['n', 'no', 'what?'])
    it(`is not given by ${JSON.stringify(answer)}`, async () => {
      const screen = terminal({ tty: true, answer });
      await assert.rejects(
        consentFrom(screen, { yes: false })('Install it?'),
        /Stopped: nothing was changed/,
      );
    });

  const unasked: Record<string, { setting: Setting; yes: boolean }> = {
    'with --yes': { setting: { tty: true, answer: 'n' }, yes: true },
    'in CI': { setting: { tty: true, env: { CI: 'true' }, answer: 'n' }, yes: false },
    'without a terminal': { setting: { tty: false, answer: 'n' }, yes: false },
  };
  for (const [where, { setting, yes }] of Object.entries(unasked))
    it(`is not asked for ${where}`, async () => {
      const screen = terminal(setting);
      await consentFrom(screen, { yes })('Install it?');
      assert.equal(screen.asked(), '');
    });

  it('is asked for where CI says false', async () => {
    const screen = terminal({ tty: true, env: { CI: 'false' }, answer: 'n' });
    await assert.rejects(consentFrom(screen, { yes: false })('Install it?'));
  });
});
