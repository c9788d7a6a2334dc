/** `npm run test:editor`: the tests of the extension alone (`--in-host` or `--ui`: only one suite; `--full`: all of it). */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../agent/common/errors.ts';
import { consentFrom } from '../consent.ts';
import { closingLine, sum } from '../testing/counts.ts';
import { buildBundles } from '../testing/suites.ts';
import { ensureEditor } from './place.ts';
import { inHostTests, uiTests } from './suites.ts';

const root = path.resolve(import.meta.dirname, '../..');
const say = (line: string): void => console.log(line);

const { values } = parseArgs({
  options: {
    'in-host': { type: 'boolean' },
    ui: { type: 'boolean' },
    full: { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
  },
});
const terminal = { input: process.stdin, output: process.stdout, env: process.env };

try {
  const consent = consentFrom(terminal, { yes: values.yes === true });
  const editor = await ensureEditor({ root, consent, say });
  await buildBundles();
  const run = { root, editor, say };
  const env: Readonly<Record<string, string>> = values.full === true ? { TIDEGATE_TEST_FULL: '1' } : {};
  const counts = sum([
    ...(values.ui === true ? [] : [await inHostTests(run)]),
    ...(values['in-host'] === true ? [] : [await uiTests(run, env)]),
  ]);
  say(closingLine(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
