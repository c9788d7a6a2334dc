/**
 * `npm run pictures`: the pictures of README, docs and walkthrough, out of what the UI tests saw. Run those first
 * (`npm run test:editor -- --ui`): they leave a picture of each step in `.tidegate/editor/pictures`.
 */
import { copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { editorFolder } from './place.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** In `media/`: what the tests call it. */
const pictures = {
  'editor.png': '6 rolled back',
  'preview.png': '7 preview of a rollback',
  'dashboard.png': 'dashboard dark',
  'walkthrough/docker.png': 'walkthrough docker',
  'walkthrough/set-up.png': 'walkthrough set up',
  'walkthrough/deploy.png': 'walkthrough deploy',
  'walkthrough/flag.png': 'walkthrough flag',
  'walkthrough/roll-back.png': 'walkthrough roll back',
} as const;

for (const [target, source] of Object.entries(pictures)) {
  const from = path.join(editorFolder(root), 'pictures', `${source}.png`);
  const to = path.join(root, 'media', target);
  await copyFile(from, to);
  console.log(`media/${target}: ${Math.round((await stat(to)).size / 1000)} kB`);
}
