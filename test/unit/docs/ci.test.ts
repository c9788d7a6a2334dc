import assert from 'node:assert/strict';
import { parse } from '../../../agent/cli/parse.ts';
import { exitCodes } from '../../../agent/cli/exit-code.ts';
import { readFile } from 'node:fs/promises';
import { ciExamples } from '../../support/ci-examples.ts';

/** What each system gives a job, as far as the examples use it. */
const variables: Readonly<Record<string, string>> = {
  CI_COMMIT_SHA: 'c'.repeat(40),
  CI_COMMIT_TAG: 'v1.1.0',
  GITHUB_SHA: 'c'.repeat(40),
  GITHUB_REF_NAME: 'v1.1.0',
  TAG: 'v1.0.0',
  GIT_COMMIT: 'c'.repeat(40),
  TAG_NAME: 'v1.1.0',
  CIRCLE_SHA1: 'c'.repeat(40),
  CIRCLE_TAG: 'v1.1.0',
};

function wordsOf(command: string): readonly string[] {
  return command.split(' ').map((word) =>
    word.replace(/^"\$(\w+)"$/, (_all, name: string) => {
      const value = variables[name];
      assert.ok(value !== undefined, `a variable that the system knows: ${name}`);
      return value;
    }),
  );
}

describe('the pipelines of docs/ci.md', () => {
  it('are those of four systems, each with a job that tests and one that deploys', async () => {
    const examples = await ciExamples();
    assert.deepEqual(
      examples.map(({ system }) => system),
      ['GitLab CI', 'GitHub Actions', 'Jenkins', 'CircleCI'],
    );
    for (const { system, jobs } of examples) {
      const methods = Object.values(jobs)
        .flat()
        .map((command) => wordsOf(command)[1]);
      for (const method of ['suite', 'deploy']) assert.ok(methods.includes(method), `${system}: ${method}`);
    }
  });

  it('run commands that the command line takes, and confirm what changes production', async () => {
    for (const { system, jobs } of await ciExamples())
      for (const command of Object.values(jobs).flat()) {
        const [program, ...argv] = wordsOf(command);
        assert.equal(program, 'tidegate', `${system}: ${command}`);
        const { invocation, options } = parse(argv, '/project');
        assert.ok(invocation.kind === 'request', `${system}: ${command}`);
        const { method, params } = invocation.request;
        const isProtected = 'environment' in params && params.environment === 'production';
        if (isProtected && method !== 'plan') assert.equal(options.yes, true, `${system}: ${command}`);
        if (['suite', 'deploy'].includes(method))
          assert.ok(options.junit?.endsWith('.xml'), `${system}: ${command}`);
      }
  });

  it('stand beside every exit code', async () => {
    const text = await readFile(new URL('../../../docs/ci.md', import.meta.url), 'utf8');
    for (const code of Object.values(exitCodes)) assert.match(text, new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});
