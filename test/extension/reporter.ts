/** Mocha's results as lines that can be told from what the editor itself writes (`scripts/editor/in-host.ts`). */
import Mocha from 'mocha';

export const mark = '@@ ';

export class TellingReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    tell(runner);
  }
}

function tell(runner: Mocha.Runner): void {
  const { EVENT_SUITE_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;
  const { EVENT_TEST_RETRY, EVENT_RUN_END } = Mocha.Runner.constants;
  const say = (text: string): void => text.split('\n').forEach((line) => console.log(`${mark}${line}`));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  runner.on(EVENT_SUITE_BEGIN, ({ title }) => say(title === '' ? '' : `  ${title}`));
  runner.on(EVENT_TEST_PASS, ({ title, duration }) => {
    counts.passed += 1;
    say(`    ✔ ${title}${duration !== undefined && duration > 75 ? ` (${duration}ms)` : ''}`);
  });
  runner.on(EVENT_TEST_PENDING, ({ title }) => {
    counts.skipped += 1;
    say(`    - ${title}`);
  });
  runner.on(EVENT_TEST_RETRY, ({ title }, error: unknown) =>
    say(`    ↻ ${title}: tried again after ${String(error)}`),
  );
  runner.on(EVENT_TEST_FAIL, ({ title }, error: unknown) => {
    counts.failed += 1;
    say(`    ✘ ${title}`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
  runner.on(EVENT_RUN_END, () => say(JSON.stringify(counts)));
}
