/** An agent that is killed while it changes one service. TIDEGATE_TEST_FULL=1 runs every point, otherwise a sample. */
import { must, openShop, type Shop } from '../support/shop.ts';
import { crashMatrix } from './crash-matrix.ts';
import { operations, prepare, testedVersions, versions } from './crash-stage.ts';
import { addVersion, comesToRestOn } from './shop-facts.ts';

const suites = `suites:
  unit: { stage: build, service: web, command: 'true' }
  smoke: { stage: preview, service: web, command: 'true' }
  users: { stage: live, service: web, command: 'true' }
`;

async function open(): Promise<Shop> {
  const shop = await openShop({ about: 'crash', replicas: 1 });
  await addVersion(shop, { from: 'v1.1.0', tag: 'v1.1.1' });
  for (const tag of testedVersions)
    await addVersion(shop, {
      from: 'v1.1.0',
      tag,
      change: {
        file: 'tidegate.yaml',
        edit: (text) => text.replace(/^( +)(route: .*)$/m, "$1$2\n$1release: 'true'") + suites,
      },
    });
  for (const version of versions) await must(shop.cli('deploy', 'dev', version));
  return shop;
}

crashMatrix({
  about: 'crash matrix',
  operations,
  size: process.env['TIDEGATE_TEST_FULL'] === '1' ? 'all' : 4,
  undisturbed: true,
  open,
  prepare,
  comesToRestOn,
});
