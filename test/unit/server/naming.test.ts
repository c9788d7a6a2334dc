import assert from 'node:assert/strict';
import { failure, TidegateError } from '../../../agent/common/errors.ts';
import { namingEnvironment } from '../../../agent/server/naming.ts';

describe('hints of an environment', () => {
  const error = failure('environment.not-set-up', {
    message: 'The stack shop-prod is not set up: ENV.',
    hint: 'Run "tidegate setup ENV" once, not MYENV.',
    data: { stack: 'shop-prod' },
  });

  it('name the environment that was asked for, also one with $ in its name', () => {
    const named = namingEnvironment(error, { environment: 'pr$&d' });
    assert.ok(named instanceof TidegateError, 'it stays an error for people');
    assert.equal(named.hint, 'Run "tidegate setup pr$&d" once, not MYENV.');
    assert.equal(named.message, error.message);
    assert.deepEqual(named.data, error.data);
  });

  it('stay as they are where no environment was asked for, and where they name none', () => {
    assert.equal(namingEnvironment(error, {}), error);
    const plain = failure('internal', { message: 'x', hint: 'y' });
    assert.equal(namingEnvironment(plain, { environment: 'dev' }), plain);
    const defect = new Error('ENV');
    assert.equal(namingEnvironment(defect, { environment: 'dev' }), defect);
  });
});
