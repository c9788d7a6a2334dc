import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { Suite } from '../../../agent/config/model.ts';
import { masked } from '../../../agent/suites/masked.ts';
import { runSuite, type SuiteOutcome } from '../../../agent/suites/run-suite.ts';
import { failureDetail, resultLine } from '../../../agent/suites/wording.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeContainers, type Script } from './fake-containers.ts';

const suite: Suite = {
  name: 'unit',
  stage: 'build',
  service: 'web',
  source: { kind: 'image', ref: 'node:22' },
  hasOwnTarget: false,
  command: ['npm', 'test'],
  report: undefined,
  timeoutMs: 60_000,
  retries: 0,
};

interface Run {
  readonly outcome: Promise<SuiteOutcome>;
  readonly containers: FakeContainers;
  readonly clock: FakeClock;
  readonly lines: string[];
  readonly retries: string[];
  readonly stop: () => void;
}

function run(some: Partial<Suite>, ...scripts: readonly Script[]): Run {
  const containers = new FakeContainers(...scripts);
  const clock = new FakeClock();
  const stopping = new AbortController();
  const [lines, retries]: [string[], string[]] = [[], []];
  const outcome = runSuite(
    { runner: containers, clock, log: silentLog },
    {
      suite: { ...suite, ...some },
      image: 'sha256:1',
      env: ['CI=true'],
      labels: { a: 'b' },
      signal: stopping.signal,
      onLine: (text) => lines.push(text),
      onRetry: ({ why }, next) => retries.push(`${next}: ${why}`),
    },
  );
  outcome.catch(() => undefined);
  return { outcome, containers, clock, lines, retries, stop: () => stopping.abort() };
}

const report = (...tests: readonly string[]): string =>
  `<testsuite>${tests
    .map((test) =>
      test.startsWith('!')
        ? `<testcase name="${test.slice(1)}" file="/app/test/a.js" line="3"><failure message="1 is not 2"/></testcase>`
        : `<testcase name="${test}"/>`,
    )
    .join('')}</testsuite>`;

describe('a suite', () => {
  it('that ends with 0 passes; its output comes line by line, its container goes', async () => {
    const { outcome, containers, lines } = run({}, { writes: ['one\ntw', 'o\r\nthr', 'ee'] });
    const { passed, tests } = await outcome;
    assert.deepEqual([passed, tests], [true, []]);
    assert.equal(resultLine(await outcome), 'suite unit: passed');
    assert.deepEqual(lines, ['one', 'two', 'three']);
    assert.deepEqual(containers.created, [
      {
        ...containers.created[0],
        image: 'sha256:1',
        command: ['npm', 'test'],
        env: ['CI=true'],
        labels: { a: 'b' },
      },
    ]);
    assert.equal(containers.running.size, 0);
  });

  it('that ends with another exit code fails, and its last lines are told', async () => {
    const end = await run({}, { writes: ['cannot find it\n'], exitCode: 3 }).outcome;
    assert.equal(resultLine(end), 'suite unit: failed: it ended with exit code 3');
    assert.equal(
      failureDetail(end),
      'the suite unit ended with exit code 3\n  last lines of its output:\n    cannot find it',
    );
  });

  it('names the tests that failed, where, and why', async () => {
    const { outcome, containers } = run(
      { report: 'junit.xml' },
      { exitCode: 1, report: report('a', '!b', 'c') },
    );
    assert.equal(
      failureDetail(await outcome),
      'the suite unit has 1 of 3 tests failed\n  b (test/a.js:3)\n    1 is not 2',
    );
    assert.deepEqual(containers.asked, ['/app/junit.xml']);
  });

  it('whose tests failed fails though it ended with 0', async () => {
    const end = await run({ report: '/out/r.xml' }, { report: report('!b') }).outcome;
    assert.equal(end.passed, false);
  });

  for (const [what, written, told] of [
    ['is not there', undefined, 'did not write its report r.xml'],
    ['is a folder', { kind: 'not-a-file' }, 'has a report r.xml that is no file'],
    ['is too large', { kind: 'too-large', bytes: 9 }, 'wrote a report r.xml of 9 bytes, which is too large'],
    ['is cut off', '<testsuite><testcase/>', 'wrote a report r.xml that ends in the middle'],
    ['is empty', '', 'wrote a report r.xml that is empty'],
    ['has no test', '<testsuite/>', 'ran no test, as its report r.xml says'],
  ] as const)
    it(`whose report ${what} fails: nothing proves that it tested anything`, async () => {
      const end = await run({ report: 'r.xml' }, written === undefined ? {} : { report: written }).outcome;
      assert.deepEqual([end.passed, end.why], [false, told]);
      const worse = await run(
        { report: 'r.xml' },
        { exitCode: 2, ...(written !== undefined && { report: written }) },
      ).outcome;
      assert.equal(worse.why, `ended with exit code 2, and ${told}`);
    });

  it('that hangs is killed at its timeout', async () => {
    const { outcome, containers, clock } = run(
      { timeoutMs: 90_000 },
      { writes: ['begins\n'], exitCode: 'never' },
    );
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(90_000);
    const end = await outcome;
    assert.equal(
      resultLine(end),
      'suite unit: failed: it did not end within 90 s (its timeout) and was killed',
    );
    assert.deepEqual(end.tail, ['begins']);
    assert.deepEqual(containers.killed, ['c1']);
    assert.equal(containers.running.size, 0);
  });

  it('that floods is killed; what it wrote is shown at its beginning and its end', async () => {
    const megabyte = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024));
    const writes = Array.from({ length: 80 }, () => megabyte);
    const { outcome, containers, lines } = run({}, { writes, exitCode: 'never' });
    const end = await outcome;
    assert.match(end.why, /^wrote more than .* was killed$/);
    assert.deepEqual(containers.killed, ['c1']);
    assert.ok(lines.length < 2_100, `${lines.length} lines`);
    assert.match(lines.at(-31) ?? '', /^… 1\d{4} lines left out$/);
    assert.equal(end.tail.length, 30);
  });

  it('that writes one line without an end has it cut', async () => {
    const writes = Array.from({ length: 100 }, () => 'ä'.repeat(1_000));
    const { outcome, lines } = run({}, { writes });
    assert.equal((await outcome).passed, true);
    assert.deepEqual(
      lines.map((line) => line.length),
      [1_001],
    );
  });

  it('that ran out of memory, or cannot be started, says so', async () => {
    const killed = await run({}, { exitCode: 137, outOfMemory: true }).outcome;
    assert.equal(killed.why, 'ran out of memory and was killed');
    const { outcome, containers } = run({}, { startError: 'no such file: npm' });
    assert.equal((await outcome).why, 'could not be started: no such file: npm');
    assert.equal(containers.running.size, 0);
  });

  it('that is cancelled ends at once, and its container goes', async () => {
    const { outcome, containers, stop } = run({}, { exitCode: 'never' });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    stop();
    await assert.rejects(outcome, (error) => hasCode(error, 'cancelled'));
    assert.equal(containers.running.size, 0);
    assert.equal(containers.created.length, 1);
  });

  it('is tried again as often as it may be; what passed in the end is told to be flaky', async () => {
    const { outcome, retries, containers } = run(
      { report: 'r.xml', retries: 2 },
      { exitCode: 1, report: report('a', '!b', '!c') },
      { exitCode: 1, report: report('!a', 'b', '!c') },
      { report: report('a', 'b', 'c') },
    );
    const end = await outcome;
    assert.deepEqual(retries, ['2: has 2 of 3 tests failed', '3: has 2 of 3 tests failed']);
    assert.equal(end.passed, true);
    assert.equal(resultLine(end), 'suite unit: passed, 3 tests, flaky: it took 3 tries; b; c; a');
    assert.equal(containers.running.size, 0);
  });

  it('is told without the secrets its image was built with, in every way', async () => {
    const end = await run(
      { report: 'r.xml' },
      { writes: ['hunter2\n'], exitCode: 1, report: report('!knows hunter2').replace('is not', 'hunter2') },
    ).outcome;
    const hidden = masked(end, (text) => text.replaceAll('hunter2', '***'));
    assert.match(failureDetail(hidden), /knows \*\*\*.*\n.*1 \*\*\* 2/);
    assert.doesNotMatch(JSON.stringify(hidden), /hunter2/);
  });

  it('that fails every try has failed', async () => {
    const end = await run({ retries: 1 }, { exitCode: 1 }, { exitCode: 2 }).outcome;
    assert.deepEqual([end.passed, end.tries, end.why, end.flaky], [false, 2, 'ended with exit code 2', []]);
  });
});
