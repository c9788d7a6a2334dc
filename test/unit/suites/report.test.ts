import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseReport } from '../../../agent/suites/report.ts';
import type { ParsedReport, TestResult } from '../../../agent/suites/results.ts';

function testsOf(text: string): readonly TestResult[] {
  const parsed = parseReport(text);
  if (parsed.kind === 'unreadable') assert.fail(parsed.why);
  return parsed.tests;
}

/** `status name file:line (ms) message`. */
function shown({ status, name, file, line, message, durationMs }: TestResult): string {
  return `${status} ${name} ${file ?? '-'}:${line ?? '-'} (${durationMs ?? '-'}) ${message}`.trim();
}

const why = (text: string): string => {
  const parsed = parseReport(text);
  return parsed.kind === 'unreadable' ? parsed.why : 'readable';
};

describe('a report in JUnit XML', () => {
  it('of Node has its places in the stack', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="money" time="0.1"><testcase name="cents" time="0.017182" classname="test"/></testsuite>
  <testcase name="a discount" time="0.001" classname="test" failure="1232 !== 1233">
    <failure type="testCodeFailure" message="Expected values to be strictly equal:1232 !== 1233">
[Error] { cause: AssertionError
  at Test.run (node:internal/test_runner/test:796:25)
  at x (/app/node_modules/y/z.js:3:1)
  at TestContext.&lt;anonymous> (file:///app/test/money.test.js:21:10) }
    </failure>
  </testcase>
  <testcase name="later" time="0" classname="test"><skipped type="skipped" message="not today"/></testcase>
  <!-- tests 3 -->
</testsuites>`;
    assert.deepEqual(testsOf(text).map(shown), [
      'passed money > cents -:- (17.182)',
      'failed a discount /app/test/money.test.js:21 (1) Expected values to be strictly equal:1232 !== 1233',
      'skipped later -:- (0) not today',
    ]);
  });

  it('of pytest, Surefire and jest-junit has its names and files', () => {
    const text = `<testsuites><testsuite name="pytest" file="tests/test_x.py">
<testcase classname="tests.test_x" name="test_one" time="1,234.5"><error message="boom">File "/src/tests/test_x.py", line 7, in test_one</error></testcase>
<testcase classname="Cart adds" name="Cart adds an item" file="src/cart.test.ts" line="12"><failure><![CDATA[expected <1> & got ]] <2>
second]]></failure><failure message="another"/></testcase>
<testcase name="no class"><system-out>at other.js:1:1</system-out></testcase>
</testsuite></testsuites>`;
    assert.deepEqual(testsOf(text).map(shown), [
      'failed tests.test_x > test_one tests/test_x.py:7 (1234500) boom',
      'failed Cart adds an item src/cart.test.ts:12 (-) expected <1> & got ]] <2>\nsecond',
      'passed pytest > no class tests/test_x.py:- (-)',
    ]);
  });

  it('with a document type expands nothing of it', () => {
    const text =
      '<!DOCTYPE t [ <!ENTITY a "aaaa"> <!ENTITY b "&a;&a;"> ]><testsuite name="s"><testcase name="&b;&#65;&#x42;&amp;" classname="a>b"/></testsuite>';
    assert.deepEqual(testsOf(text).map(shown), ['passed a>b > &b;AB& -:- (-)']);
  });

  it('that is cut off, or something else, is not read as far as it goes', () => {
    assert.equal(why('<testsuites><testsuite><testcase name="a"/>'), 'ends in the middle');
    assert.equal(why('<testsuites><testcase name="a"'), 'ends in the middle');
    assert.equal(
      why('<testsuites><testcase name="a"></testsuites>'),
      'is no XML: </testsuites> closes <testcase>',
    );
    assert.equal(why('<html></html>'), 'is no JUnit XML: it begins with <html>');
    assert.equal(why('<!-- nothing -->'), 'has no <testsuite>');
    assert.equal(why(`<testsuite>${'<a>'.repeat(300)}`), 'is nested too deeply');
  });
});

describe('a report in TAP', () => {
  it('of Node has places, messages and times out of its diagnostics', () => {
    const text = `TAP version 13
# Subtest: money
    # Subtest: cents
    ok 1 - cents
      ---
      duration_ms: 10.79
      ...
    # Subtest: a discount
    not ok 2 - a discount
      ---
      duration_ms: 0.88
      location: '/app/test/money.test.js:20:1'
      error: |-
        Expected values to be strictly equal:

        1232 !== 1233

      expected: 1233
      stack: |-
        TestContext.<anonymous> (file:///app/test/money.test.js:21:10)
      ...
    1..2
not ok 1 - money
  ---
  failureType: 'subtestsFailed'
  ...
ok 2 - later # SKIP not today
not ok 3 - some day # TODO
1..3
# tests 4
`;
    assert.deepEqual(testsOf(text).map(shown), [
      'passed money > cents -:- (10.79)',
      'failed money > a discount /app/test/money.test.js:20 (0.88) Expected values to be strictly equal:\n1232 !== 1233',
      'skipped later -:- (-) not today',
      'skipped some day -:- (-)',
    ]);
  });

  it('of others has what it has: no numbers, no dash, a number sign in a name, at and stack', () => {
    const text = `1..4
ok
not ok fixes \\#12 for good
  ---
  operator: equal
  at: Test.<anonymous> (/src/a.js:9:3)
  ...
ok 3 adds #4 up
not ok 4 - all
`;
    assert.deepEqual(testsOf(text).map(shown), [
      'passed (no name) -:- (-)',
      'failed fixes #12 for good /src/a.js:9 (-)',
      'passed adds #4 up -:- (-)',
      'failed all -:- (-)',
    ]);
  });

  it('that ran less than it planned, or bailed out, has failed', () => {
    assert.deepEqual(testsOf('1..3\nok 1 - a\n').map(shown), [
      'passed a -:- (-)',
      'failed the plan -:- (-) 3 tests were planned, 1 ran',
    ]);
    assert.deepEqual(testsOf('ok 1 - a\nBail out! no database\n').map(shown), [
      'passed a -:- (-)',
      'failed Bail out! -:- (-) no database',
    ]);
  });

  it('of a test that failed though its subtests passed counts that one too', () => {
    assert.deepEqual(testsOf('    ok 1 - sub\nnot ok 1 - all\n').map(shown), [
      'passed all > sub -:- (-)',
      'failed all -:- (-)',
    ]);
  });
});

describe('a report of any kind', () => {
  it('that is neither is told so', () => {
    assert.equal(why(''), 'is empty');
    assert.equal(why('all good\n'), 'is neither JUnit XML nor TAP');
  });

  const pieces = fc.constantFrom(
    ...['<', '>', '/', '<testsuites>', '<testsuite name="s">', '<testcase name="a" time="x">', '</testcase>'],
    ...[
      '<testcase/>',
      '<failure message=',
      '"',
      "'",
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '&#99999999;',
    ],
    ...[
      '&#x110000;',
      '&a;',
      '</testsuite>',
      '<!DOCTYPE [',
      ']>',
      '\n',
      '    ',
      'ok',
      'not ok 1 - x',
      '1..9',
      '# SKIP',
    ],
    ...[
      '  ---\n',
      '  ...\n',
      'a: b\n',
      'Bail out!',
      'TAP version 14',
      '\\',
      '\\#',
      '\uFEFF',
      '\u0000',
      ':1:2',
      '://',
    ],
  );
  const garbage = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 40 }).map((some) => some.join('')),
    fc.array(pieces, { maxLength: 40 }).map((some) => `<testsuite>${some.join(' ')}</testsuite>`),
    fc.array(pieces, { maxLength: 40 }).map((some) => `1..2\n${some.join('\n')}`),
  );

  it('never throws, and gives results as promised', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        check(parseReport(text));
      }),
      { numRuns: 3_000 },
    );
  });

  function check(parsed: ParsedReport): void {
    if (parsed.kind === 'unreadable') {
      assert.notEqual(parsed.why, '');
      return;
    }
    for (const { name, line, message, durationMs } of parsed.tests) {
      assert.ok(name.length > 0 && name.length <= 300, name);
      assert.ok(message.length <= 2_000, message);
      assert.ok(line === undefined || (Number.isInteger(line) && line > 0), String(line));
      assert.ok(durationMs === undefined || durationMs >= 0, String(durationMs));
    }
  }

  it('has every test that was written into it, with its outcome', () => {
    const test = fc.record({
      name: fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
        .filter((name) => /^\S.*\S$/u.test(name) && !/\s\s/u.test(name)),
      status: fc.constantFrom('passed', 'failed', 'skipped'),
    });
    fc.assert(
      fc.property(fc.array(test, { minLength: 1, maxLength: 20 }), (tests) => {
        const expected = tests.map(({ name, status }) => `${status} ${name.replace(/\s+/g, ' ')}`);
        for (const text of [junitOf(tests), tapOf(tests)])
          assert.deepEqual(
            testsOf(text).map(({ name, status }) => `${status} ${name}`),
            expected,
          );
      }),
    );
  });

  it('of a hundred thousand lines without sense is read in no time', () => {
    const started = performance.now();
    for (const line of ['  ---\n', 'not ok # \n', '<testsuite a="', `${' '.repeat(50)}\n`, '&#1;<'])
      parseReport(`1..1\n${line.repeat(100_000)}`);
    parseReport(`<testsuite>${'<a b="'.repeat(100_000)}`);
    assert.ok(performance.now() - started < 5_000, 'slower than linear');
  });
});

interface Written {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
}

function junitOf(tests: readonly Written[]): string {
  const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  const inside = { passed: '', failed: '<failure/>', skipped: '<skipped/>' };
  return `<testsuites>${tests.map(({ name, status }) => `<testcase name="${escaped(name)}">${inside[status]}</testcase>`).join('\n')}</testsuites>`;
}

function tapOf(tests: readonly Written[]): string {
  const lines = tests.map(({ name, status }, index) => {
    const text = name.replace(/[\\#]/g, '\\$&');
    return `${status === 'failed' ? 'not ok' : 'ok'} ${index + 1} - ${text}${status === 'skipped' ? ' # SKIP' : ''}`;
  });
  return `TAP version 14\n1..${tests.length}\n${lines.join('\n')}\n`;
}
