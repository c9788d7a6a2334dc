/**
 * JUnit XML: `<testsuites>` or `<testsuite>`, nested at will, with `<testcase>`s. There is no standard; what is read is
 * what the common writers have in common (Surefire, Gradle, pytest, jest-junit, mocha, Node, go-junit-report, PHPUnit).
 */
import {
  joinNames,
  lineNumber,
  milliseconds,
  mostTests,
  placeInText,
  testResult,
  type ParsedReport,
  type TestResult,
} from './results.ts';
import { readXml, type XmlToken } from './xml.ts';

type Open = Extract<XmlToken, { kind: 'open' }>;

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

interface Case {
  readonly element: Element;
  readonly suites: readonly Element[];
  status: TestResult['status'];
  message: string;
  text: string;
}

export function parseJUnit(text: string): ParsedReport {
  const reader = new Reader();
  for (const token of readXml(text)) {
    const why = reader.take(token);
    if (why !== undefined) return { kind: 'unreadable', why };
  }
  return reader.end();
}

const unreadable = (why: string): ParsedReport => ({ kind: 'unreadable', why });

class Reader {
  readonly #open: Element[] = [];
  readonly #tests: TestResult[] = [];
  #case: Case | undefined;
  #hasRoot = false;

  /** Why the report cannot be read on; `undefined` while all is well. */
  take(token: XmlToken): string | undefined {
    switch (token.kind) {
      case 'broken':
        return token.why;
      case 'text':
        if (this.#isInOutcome()) this.#addText(token.text);
        return undefined;
      case 'open':
        return this.#enter(token);
      case 'close':
        return this.#leave(token.name);
    }
  }

  end(): ParsedReport {
    if (!this.#hasRoot) return unreadable('has no <testsuite>');
    // A program that was killed leaves half of a report: its missing tests did not pass.
    if (this.#open.length > 0) return unreadable('ends in the middle');
    return { kind: 'results', tests: this.#tests };
  }

  #enter(token: Open): string | undefined {
    if (this.#open.length === 0) {
      if (token.name !== 'testsuites' && token.name !== 'testsuite')
        return `is no JUnit XML: it begins with <${token.name}>`;
      this.#hasRoot = true;
    }
    if (this.#open.length > 200) return 'is nested too deeply';
    if (token.name === 'testcase' && this.#case === undefined)
      this.#case = {
        element: token,
        suites: this.#open.filter(({ name }) => name === 'testsuite'),
        status: 'passed',
        message: '',
        text: '',
      };
    else if (this.#case && this.#open.at(-1)?.name === 'testcase') outcome(this.#case, token);
    this.#open.push(token);
    return token.isEmpty ? this.#leave(token.name) : undefined;
  }

  #leave(name: string): string | undefined {
    const open = this.#open.pop();
    if (open?.name !== name) return `is no XML: </${name}> closes ${open ? `<${open.name}>` : 'nothing'}`;
    if (open === this.#case?.element) {
      if (this.#tests.length >= mostTests) return `has more than ${mostTests} tests`;
      this.#tests.push(resultOf(this.#case));
      this.#case = undefined;
    }
    return undefined;
  }

  /** Text of `<failure>` and its like, not of `<system-out>`. */
  #isInOutcome(): boolean {
    return /^(failure|error|skipped)$/.test(this.#open.at(-1)?.name ?? '');
  }

  #addText(text: string): void {
    if (this.#case && this.#case.text.length < 20_000) this.#case.text += text;
  }
}

/** The first failure counts, and a failure more than that it was skipped. */
function outcome(test: Case, { name, attributes }: Element): void {
  const status =
    name === 'failure' || name === 'error' ? 'failed' : name === 'skipped' ? 'skipped' : undefined;
  if (status === undefined || test.status === 'failed') return;
  test.status = status;
  test.message = attributes.get('message') ?? attributes.get('type') ?? '';
}

function resultOf({ element, suites, status, message, text }: Case): TestResult {
  const own = element.attributes;
  const said = status === 'failed' ? placeInText(`${message}\n${text}`) : undefined;
  const file =
    own.get('file') ?? suites.findLast(({ attributes }) => attributes.has('file'))?.attributes.get('file');
  const line = lineNumber(own.get('line') ?? own.get('lineno'));
  // A stack names files by their full path, an attribute often does not.
  const isSame = file === undefined || (said?.file.endsWith(file.replace(/^\.?\//, '')) ?? false);
  return testResult({
    name: nameOf(own, suites),
    file: file ?? said?.file,
    line: line ?? (isSame ? said?.line : undefined),
    status,
    message: message === '' ? firstLines(text) : message,
    durationMs: milliseconds(own.get('time'), 's'),
  });
}

/** Node's class name is always "test"; some writers repeat the class in the name. */
function nameOf(own: ReadonlyMap<string, string>, suites: readonly Element[]): string {
  const name = own.get('name') ?? '';
  const group = own.get('classname') ?? '';
  if (group !== '' && group !== 'test') return name.includes(group) ? name : joinNames([group, name]);
  return joinNames([...suites.map(({ attributes }) => attributes.get('name') ?? ''), name]);
}

function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 5).join('\n');
}
