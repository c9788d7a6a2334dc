/** What `init` makes of ten projects; the texts are in `golden/`, and `UPDATE_GOLDEN=1` writes them anew. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createAgent } from '../../../agent/server/agent.ts';
import { composeProjects } from '../../support/compose-projects.ts';

const golden = path.join(import.meta.dirname, 'golden');

describe('init and its repairs', () => {
  for (const { name, files } of composeProjects)
    it(`make the project "${name}" right, with nothing left to edit`, async () => {
      const parent = await mkdtemp(path.join(tmpdir(), 'tidegate-init-'));
      const folder = path.join(parent, name);
      const agent = createAgent({
        env: { PATH: process.env['PATH'] },
        assets: { controlBundle: '', edgeLua: '' },
        open: () => assert.fail('no engine is asked'),
      });
      const call = { signal: new AbortController().signal, onEvent: () => undefined };
      try {
        for (const [file, text] of Object.entries(files)) {
          await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
          await writeFile(path.join(folder, file), text.replaceAll('BASE', 'node:22-alpine'));
        }
        await promisify(execFile)('git', ['init', '-q', folder]);
        const made = await agent.request('init', { folder, compose: null, write: true, fix: true }, call);
        const text = await readFile(path.join(folder, 'tidegate.yaml'), 'utf8');
        const said = made.decisions.flatMap(({ service, notes }) =>
          notes.map((note) => `# look: ${service ?? 'project'}: ${note}\n`),
        );
        const fixed = made.fixed.map(({ file, title }) => `# fixed: ${file}: ${title}\n`);
        await isGolden(name, [text, ...said, ...fixed].join(''));
        const validated = await agent.request('validate', { folder, environment: null, fix: false }, call);
        assert.deepEqual(
          validated.problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : [])),
          [],
        );
      } finally {
        agent.close();
        await rm(parent, { recursive: true, force: true });
      }
    });
});

async function isGolden(name: string, text: string): Promise<void> {
  const file = path.join(golden, `${name}.yaml`);
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, text);
  assert.equal(text, await readFile(file, 'utf8'));
}
