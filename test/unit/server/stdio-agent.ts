/** A process that serves a made-up agent on its pipes, for `stdio.test.ts`. */
import { failure, TidegateError } from '../../../agent/common/errors.ts';
import { serveStdio } from '../../../agent/server/stdio.ts';
import { aborted, FakeAgent, rolloutDone } from '../cli/fake-agent.ts';

const agent = new FakeAgent({
  releases: ({ folder, environment }) => ({ stack: `${environment} of ${folder}`, releases: [] }),
  logs: async ({ tail, service }, { onEvent }) => {
    for (let line = 0; line < tail; line++) {
      onEvent({ kind: 'line', source: service ?? '', stream: 'stdout', text: `ä ${line}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { lines: tail };
  },
  promote: () => {
    throw failure('ledger.busy', { message: 'anna is deploying.', hint: 'Wait.', data: { holder: 'anna' } });
  },
  abort: () => {
    throw new Error('boom');
  },
  deploy: async (_params, { onEvent, signal }) => {
    onEvent({ kind: 'phase', rollout: 'r1', phase: 'building', detail: '' });
    await aborted(signal);
    process.stderr.write('cancelled: deploy\n');
    return { ...rolloutDone, outcome: 'reverted', reason: 'cancelled' };
  },
});

try {
  const { stdin: input, stdout: output, pid } = process;
  await serveStdio(agent, { input, output, version: '9.8.7', pid });
} catch (error) {
  process.stderr.write(
    `${error instanceof TidegateError ? `${error.code} ${error.message}` : String(error)}\n`,
  );
  process.exitCode = 2;
}
// The parent holds its end of the pipe open: without this the process would wait for it.
process.stdin.destroy();
