import assert from 'node:assert/strict';
import { dockerfileStages } from '../../../agent/config/dockerfile-stages.ts';
import { errorsOf, load, loadRight, smallTidegate } from './project-files.ts';

const dockerfile = 'FROM node AS base\nRUN x\nFROM base AS Test\nFROM base AS app\n';
const withSuites = (suites: string): string => `${smallTidegate}suites:\n${suites}`;

describe('suites of tidegate.yaml', () => {
  it('get every default, and run in the image of their service without a target', async () => {
    const { suites, services } = await loadRight({
      'tidegate.yaml': withSuites('  unit: { stage: build, service: web }\n'),
    });
    assert.deepEqual(suites, [
      {
        name: 'unit',
        stage: 'build',
        service: 'web',
        source: services[0]?.source,
        hasOwnTarget: false,
        command: undefined,
        report: undefined,
        timeoutMs: 300_000,
        retries: 0,
      },
    ]);
  });

  it('run text in a shell and a list as it is, in the stage they name', async () => {
    const { suites } = await loadRight({
      Dockerfile: dockerfile,
      'tidegate.yaml': withSuites(
        '  unit: { stage: build, service: web, target: test, command: npm test && true, report: out/junit.xml, timeout: 90s, retries: 2 }\n' +
          '  other: { stage: build, service: web, target: "1", command: [node, --test] }\n',
      ),
    });
    const [unit, other] = suites;
    assert.deepEqual(unit?.command, ['/bin/sh', '-c', 'npm test && true']);
    assert.equal(unit.source.kind === 'build' && unit.source.target, 'test');
    assert.deepEqual([unit.report, unit.timeoutMs, unit.retries], ['out/junit.xml', 90_000, 2]);
    assert.deepEqual(other?.command, ['node', '--test']);
  });

  it('are none where the file names none', async () => {
    assert.deepEqual((await loadRight({})).suites, []);
  });

  it('are told what is wrong with them, at its place', async () => {
    const loaded = await load({
      Dockerfile: dockerfile,
      'tidegate.yaml': withSuites(
        '  a: { stage: biuld, service: web }\n' +
          '  b: { stage: build, service: wbe }\n' +
          '  c: { stage: build, service: web, target: tset }\n' +
          '  d: { stage: build, service: web, comand: x }\n' +
          '  e: { stage: build }\n' +
          '  f: { stage: build, service: web, timeout: 5, retries: 99 }\n' +
          '  G: { stage: build, service: web }\n' +
          '  g: { stage: build, service: web, report: out/ }\n',
      ),
    });
    assert.deepEqual(errorsOf(loaded), [
      'tidegate.yaml:8:15 config.invalid-value: suites.a.stage: "biuld" is none of build, preview and live.',
      'tidegate.yaml:9:31 config.unknown-service: suites.b.service: there is no service "wbe" under "services:".',
      'tidegate.yaml:10:44 config.unknown-target: suites.c.target: Dockerfile has no stage "tset".',
      'tidegate.yaml:11:36 config.unknown-key: suites.d: "comand" is not a known key.',
      'tidegate.yaml:12:3 config.missing-key: suites.e: "service" is missing.',
      'tidegate.yaml:13:45 config.invalid-value: suites.f.timeout: 5 has no unit.',
      'tidegate.yaml:13:57 config.invalid-value: suites.f.retries: 99 is not a number of retries.',
      'tidegate.yaml:14:3 config.invalid-key: suites: "G" is not a name.',
      'tidegate.yaml:15:44 config.invalid-value: suites.g.report: "out/" is not a file.',
    ]);
    const hints = loaded.problems.map(({ hint }) => hint);
    assert.ok(hints.includes('Did you mean "web"?'), hints.join('\n'));
    assert.ok(hints.includes('Did you mean "Test"?'), hints.join('\n'));
    assert.ok(hints.includes('Did you mean "command"?'), hints.join('\n'));
  });

  it('of a service that is not built have no target', async () => {
    const loaded = await load({
      'compose.yaml': 'services: { web: { image: "nginx:1.27" } }\n',
      'tidegate.yaml': withSuites('  unit: { stage: build, service: web, target: test }\n'),
    });
    assert.deepEqual(errorsOf(loaded), [
      'tidegate.yaml:8:47 config.no-build: suites.unit.target: web is not built, it has an image of its own: there are no stages.',
    ]);
  });

  it('leave it to the builder to miss a Dockerfile that is not there', async () => {
    const { suites } = await loadRight({
      'tidegate.yaml': withSuites('  unit: { stage: build, service: web, target: test }\n'),
    });
    assert.equal(suites.length, 1);
  });
});

describe('the stages of a Dockerfile', () => {
  it('are found in any case, behind options, over continued lines', () => {
    const text =
      '# FROM a AS no\r\nfrom --platform=linux/amd64 node:20 as one\r\nFROM scratch\nFROM one \\\n# why\n  AS two\nCOPY --from=one / /\n';
    assert.deepEqual(dockerfileStages(text), ['one', 'two']);
  });
});
