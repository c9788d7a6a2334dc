/** What the suites of a command said, as JUnit XML: the dialect that GitLab, Jenkins, CircleCI and GitHub's actions read. Pure. */
import type { AgentEvent } from '../protocol/methods.ts';
import type { SuiteTest } from '../protocol/suite-test.ts';

type SuiteEnd = Extract<AgentEvent, { kind: 'suite' }>;

interface ToldSuite {
  readonly end: SuiteEnd;
  readonly tests: readonly SuiteTest[];
}

export class JUnitReport {
  readonly #suites: ToldSuite[] = [];
  #tests: SuiteTest[] = [];

  add(event: AgentEvent): void {
    if (event.kind === 'tests') this.#tests.push(...event.tests);
    if (event.kind !== 'suite') return;
    this.#suites.push({ end: event, tests: this.#tests });
    this.#tests = [];
  }

  /** Valid also before the first suite has ended, and when none is to run. */
  text(): string {
    const suites = this.#suites.map(suiteLines).flat();
    return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join(
      '\n',
    );
  }
}

function suiteLines({ end, tests }: ToldSuite): readonly string[] {
  const cases = [...tests, ...ownCase(end, tests)];
  const count = (status: SuiteTest['status']): number =>
    cases.filter((test) => test.status === status).length;
  const attributes = {
    name: end.suite,
    tests: cases.length,
    failures: count('failed'),
    errors: 0,
    skipped: count('skipped'),
    time: seconds(end.tookMs),
  };
  return [
    `  <testsuite${written(attributes)}>`,
    `    <properties><property name="stage" value="${end.stage}"/></properties>`,
    ...cases.map((test) => caseLine(end.suite, test)),
    '  </testsuite>',
  ];
}

/** A suite without a report, and one that failed although none of its tests did, is a test itself. */
function ownCase(end: SuiteEnd, tests: readonly SuiteTest[]): readonly SuiteTest[] {
  const isTold = tests.length > 0 && (end.outcome === 'passed' || end.failed > 0);
  if (isTold) return [];
  const isFailed = end.outcome === 'failed';
  const status = isFailed ? 'failed' : 'passed';
  const message = isFailed ? end.text : '';
  return [{ name: end.suite, file: null, line: null, status, message, tookMs: end.tookMs }];
}

function caseLine(suite: string, { name, file, line, status, message, tookMs }: SuiteTest): string {
  const attributes = {
    classname: suite,
    name,
    ...(file !== null && { file }),
    ...(line !== null && { line }),
    ...(tookMs !== null && { time: seconds(tookMs) }),
  };
  const inside = outcome(status, message);
  return `    <testcase${written(attributes)}${inside === '' ? '/>' : `>${inside}</testcase>`}`;
}

/** `flakyFailure` is Surefire's word for it; who does not know it sees a test that passed. */
function outcome(status: SuiteTest['status'], message: string): string {
  const first = (message.split('\n')[0] ?? '').trim();
  switch (status) {
    case 'passed':
      return '';
    case 'failed':
      return `<failure message="${escaped(first)}">${escaped(message)}</failure>`;
    case 'flaky':
      return `<flakyFailure message="${escaped(first)}">${escaped(message)}</flakyFailure>`;
    case 'skipped':
      return first === '' ? '<skipped/>' : `<skipped message="${escaped(first)}"/>`;
  }
}

function written(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML cannot have most control characters at all, nor half of a surrogate pair. */
function escaped(text: string): string {
  return text
    .replace(/[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu, '')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
