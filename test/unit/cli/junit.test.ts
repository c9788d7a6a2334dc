import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { JUnitReport } from '../../../agent/cli/junit.ts';
import { run } from '../../../agent/cli/run.ts';
import { failure } from '../../../agent/common/errors.ts';
import type { AgentEvent } from '../../../agent/protocol/methods.ts';
import type { SuiteTest } from '../../../agent/protocol/suite-test.ts';
import { parseJUnit } from '../../../agent/suites/junit.ts';
import { FakeAgent, rolloutDone } from './fake-agent.ts';
import { FakeHost } from './fake-host.ts';

const aTest = (change: Partial<SuiteTest> = {}): SuiteTest => ({
  name: 'a',
  file: null,
  line: null,
  status: 'passed',
  message: '',
  tookMs: null,
  ...change,
});

function ending(tests: readonly SuiteTest[], change: { outcome?: 'passed' | 'failed' } = {}): AgentEvent {
  const failed = tests.filter(({ status }) => status === 'failed').length;
  return {
    kind: 'suite',
    suite: 'unit',
    stage: 'build',
    outcome: failed > 0 ? 'failed' : 'passed',
    text: 'suite unit: failed: it did not end',
    passed: tests.length - failed,
    failed,
    skipped: 0,
    tests: [],
    tookMs: 1_250,
    ...change,
  };
}

function textOf(...events: readonly AgentEvent[]): string {
  const report = new JUnitReport();
  for (const event of events) report.add(event);
  return report.text();
}

const told = (tests: readonly SuiteTest[]): AgentEvent => ({
  kind: 'tests',
  suite: 'unit',
  stage: 'build',
  tests,
});

describe('the JUnit XML of a command', () => {
  it('has every suite with every test: where it is, how it ended, how long it took', () => {
    const tests = [
      aTest({ name: 'pays', file: 'test/a.js', line: 3, tookMs: 12 }),
      aTest({ name: 'ships <fast>', status: 'failed', message: '1 & 2\nat x' }),
      aTest({ name: 'rests', status: 'skipped', message: 'not today' }),
      aTest({ name: 'shakes', status: 'flaky', message: 'timeout' }),
    ];
    assert.equal(
      textOf(told(tests.slice(0, 2)), told(tests.slice(2)), ending(tests)),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="unit" tests="4" failures="1" errors="0" skipped="1" time="1.250">
    <properties><property name="stage" value="build"/></properties>
    <testcase classname="unit" name="pays" file="test/a.js" line="3" time="0.012"/>
    <testcase classname="unit" name="ships &lt;fast&gt;"><failure message="1 &amp; 2">1 &amp; 2
at x</failure></testcase>
    <testcase classname="unit" name="rests"><skipped message="not today"/></testcase>
    <testcase classname="unit" name="shakes"><flakyFailure message="timeout">timeout</flakyFailure></testcase>
  </testsuite>
</testsuites>
`,
    );
  });

  it('has a test for a suite that has no report, and for one that failed apart from its tests', () => {
    assert.match(textOf(ending([])), /<testcase classname="unit" name="unit" time="1.250"\/>/);
    const text = textOf(told([aTest()]), ending([aTest()], { outcome: 'failed' }));
    assert.match(text, /tests="2" failures="1"/);
    assert.match(text, /name="unit" time="1.250"><failure message="suite unit: failed: it did not end">/);
  });

  it('can be read whatever tests are called and say', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    const test = fc.record({
      name: text,
      file: fc.option(text),
      line: fc.option(fc.integer({ min: 1 })),
      status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const, 'flaky' as const),
      message: text,
      tookMs: fc.option(fc.integer({ min: 0 })),
    });
    fc.assert(
      fc.property(fc.array(test, { minLength: 1 }), (tests) => {
        const read = parseJUnit(textOf(told(tests), ending(tests)));
        assert.equal(read.kind, 'results');
        const expected = tests.map(({ status }) => (status === 'flaky' ? 'passed' : status));
        assert.deepEqual(
          read.tests.map(({ status }) => status),
          expected,
        );
      }),
    );
  });
});

describe('--junit', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'tidegate-junit-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const deploy = async (file: string, agent: FakeAgent): Promise<{ code: number; err: string }> => {
    const fake = new FakeHost({ argv: ['deploy', 'dev', '--junit', file], agent });
    return { code: await run(fake.host), err: fake.err };
  };

  it('gets what the suites of a deploy said, in a folder that is made for it', async () => {
    const file = path.join(folder, 'out/junit.xml');
    const agent = new FakeAgent({
      deploy: (_params, call) => {
        call.onEvent(told([aTest()]));
        call.onEvent(ending([aTest()]));
        return rolloutDone;
      },
    });
    assert.equal((await deploy(file, agent)).code, 0);
    assert.match(await readFile(file, 'utf8'), /<testcase classname="unit" name="a"\/>/);
  });

  it('is valid and empty when the deploy came to no suite: never what another run left', async () => {
    const file = path.join(folder, 'junit.xml');
    await writeFile(file, 'of yesterday');
    const agent = new FakeAgent({
      deploy: () => {
        throw failure('build.failed', { message: 'no' });
      },
    });
    assert.equal((await deploy(file, agent)).code, 1);
    assert.deepEqual(parseJUnit(await readFile(file, 'utf8')), { kind: 'results', tests: [] });
  });

  it('that cannot be written is said before anything has begun', async () => {
    const agent = new FakeAgent({});
    const { code, err } = await deploy(folder, agent);
    assert.equal(code, 2);
    assert.match(err, /usage\.invalid: The file of --junit cannot be written: .*EISDIR/);
    assert.deepEqual(agent.asked, []);
  });
});
