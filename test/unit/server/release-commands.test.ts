import assert from 'node:assert/strict';
import type { AppService } from '../../../agent/config/model.ts';
import { describeEnd } from '../../../agent/server/wording.ts';
import { commandsOf, commandText } from '../../../agent/server/release-commands.ts';
import { aHead, aPhase } from '../ledger/samples.ts';

const service = (name: string, dependsOn: readonly string[], command?: string): AppService =>
  ({
    name,
    dependsOn,
    ...(command !== undefined && { releaseCommand: { command: [command], timeoutMs: 1_000 } }),
  }) as Partial<AppService> as AppService;
const move = (name: string) => ({ service: name, from: null, to: 'blue' as const, fromRelease: null });

describe('the release commands of a commit', () => {
  const services = [
    service('web', ['api', 'db'], 'of web'),
    service('api', ['orders']),
    service('orders', ['db'], 'of orders'),
    service('mailer', [], 'of mailer'),
  ];

  it('run in the order of depends_on, also by way of a service without one', () => {
    const commands = commandsOf(services, ['web', 'api', 'orders', 'mailer'].map(move));
    const order = commands.map(({ service: name }) => name);
    assert.ok(order.indexOf('orders') < order.indexOf('web'), order.join());
    assert.equal(order.length, 3);
  });

  it('are those of services that move', () => {
    assert.deepEqual(
      commandsOf(services, [move('web'), move('api')]).map(({ command }) => command),
      [['of web']],
    );
  });

  it('are written as people write them', () => {
    assert.equal(commandText(['/bin/sh', '-c', 'npm run migrate && true']), 'npm run migrate && true');
    assert.equal(commandText(['node', 'migrate.js', 'two words']), 'node migrate.js "two words"');
  });

  it('are named when the release goes back after they have run', () => {
    const commands = ['orders', 'web'].map((name) => ({ service: name, command: ['x'], timeoutMs: 1 }));
    const text = (phases: readonly string[]): string =>
      describeEnd({
        head: aHead({ commands }),
        state: aPhase(
          { name: 'aborted' },
          { reason: 'never-healthy', detail: 'no answer', trail: phases.map((phase) => ({ phase, at: 1 })) },
        ),
        outcome: 'failed',
        environment: 'dev',
        from: undefined,
      });
    const back = ['aborting: ending-command', 'aborting: reverting'];
    assert.match(
      text(['releasing 1', 'releasing 2', 'placing', 'aborting: reverting']),
      /no answer\.\nThe release commands of orders, web had run: what was changed by that stays\.\n/,
    );
    assert.match(text(['releasing 1', 'releasing 2', ...back]), /The release command of orders had run/);
    assert.doesNotMatch(text(['releasing 1', ...back]), /had run/);
    assert.doesNotMatch(text(['testing', 'aborting: reverting']), /had run/);
  });
});
