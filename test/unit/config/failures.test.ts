import assert from 'node:assert/strict';
import { configFailure, configInvalid } from '../../../agent/config/failures.ts';
import { maskEnvironment } from '../../../agent/config/masking.ts';
import { load } from './project-files.ts';

describe('failures of the configuration', () => {
  it('list every error with its place, and no warning', async () => {
    const { problems } = await load({ 'compose.yaml': 'services:\n  web: { image: X, prots: [] }\n' });
    const error = configInvalid(problems);
    assert.equal(error.code, 'config.invalid');
    assert.deepEqual(error.message.split('\n'), [
      '2 problems in the configuration:',
      'compose.yaml:2:17 services.web.image: "X" is not an image name. Write it as name:tag in lower case, for example nginx:1.27 or registry.example/shop/web:2.',
      'compose.yaml:2:20 services.web.prots: not a key of a compose file. Did you mean "ports"?',
    ]);
    const told = problems.map(({ severity, file, line, column, code, message, hint }) => ({
      ...{ severity, file, line, column },
      ...{ code, message, hint },
    }));
    assert.deepEqual(error.data['problems'], told);
  });

  it('have a code of their own for a missing file and for an unknown environment', async () => {
    const missing = await load({}, { readCheckoutFile: () => Promise.resolve(undefined) });
    assert.equal(configFailure(missing.problems, { ...missing, environment: 'dev' }).code, 'config.missing');
    const unknown = await load({}, { environment: 'deve' });
    const error = configFailure(unknown.problems, { ...unknown, environment: 'deve' });
    assert.deepEqual([error.code, error.hint], ['config.unknown-environment', 'Did you mean "dev"?']);
  });
});

describe('masking', () => {
  it('hides the values of names that look like a secret', () => {
    assert.deepEqual(
      maskEnvironment([
        'DB_PASSWORD=a=b',
        'api_token=t',
        'KEYS=k',
        'MY_SECRET_X=s',
        'EMPTY_KEY=',
        'TOKEN',
        'PORT=1',
      ]),
      ['DB_PASSWORD=***', 'api_token=***', 'KEYS=***', 'MY_SECRET_X=***', 'EMPTY_KEY=', 'TOKEN', 'PORT=1'],
    );
  });
});
