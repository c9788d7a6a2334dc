import assert from 'node:assert/strict';
import words from '../../../package.nls.json' with { type: 'json' };
import { hintForEditor } from '../../../extension/model/hints.ts';

describe('a hint in the editor', () => {
  for (const [said, read] of [
    [
      'Wait until it has ended, or end it with "tidegate promote" or "tidegate abort".',
      'Wait until it has ended, or end it with "Tidegate: Promote" or "Tidegate: Abort".',
    ],
    [
      'Name a tag: "tidegate rollback ENV TAG". "tidegate releases ENV" lists what is kept.',
      'Name a tag: "Tidegate: Roll Back to Tag…". "Focus on Releases View" lists what is kept.',
    ],
    ['Deploy one first: "tidegate deploy dev".', 'Deploy one first: "Tidegate: Deploy…".'],
    [
      'Run "tidegate setup ENV --upgrade-edge"; it interrupts traffic.',
      'Run "Tidegate: Upgrade Edge…"; it interrupts traffic.',
    ],
    [
      'Turn it on with "docker swarm init" (a locked one: "docker swarm unlock").',
      'Turn it on with "Tidegate: Turn On Swarm Mode…" (a locked one: "docker swarm unlock").',
    ],
  ] as const)
    it(`names what the palette has: ${read}`, () => assert.equal(hintForEditor(said), read));

  it('keeps what the palette has no word for', () => {
    for (const hint of ['Mount it read-only (":ro"), or write "volumes: shared".'])
      assert.equal(hintForEditor(hint), hint);
  });

  it('names only commands that there are', () => {
    const titles = Object.values(words).map((title) => `Tidegate: ${title}`);
    const named = [
      ...['setup', 'deploy', 'promote', 'abort', 'rollback', 'rollback ENV TAG', 'down', 'logs'],
      ...[
        'validate --fix',
        'init',
        'setup ENV --upgrade-edge',
        'deploy ENV REF --hold',
        'edge forget ENV NODE',
        'cert set ENV NAME',
      ],
      ...['maintenance on ENV', 'maintenance off ENV'],
    ].map((command) => hintForEditor(`"tidegate ${command}"`).slice(1, -1));
    assert.deepEqual(
      [...named, hintForEditor('"docker swarm init"').slice(1, -1)].filter(
        (title) => !titles.includes(title),
      ),
      [],
    );
  });
});
