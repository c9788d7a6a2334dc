import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import metadata from '../../../package.json' with { type: 'json' };
import { withoutHeavyFolders } from '../../../scripts/editor/package.ts';
import { placeholders, textsIn, textsOf } from '../../../scripts/l10n/keys.ts';
import { figure, hoursAndMinutes, toTheSecond } from '../../../extension/model/figures.ts';
import { inEnglish, l10n, outOf, translateBy } from '../../../extension/model/l10n.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const howTo =
  '`npx tsx scripts/l10n.ts` brings the bundles in line, and names what somebody has to translate';

type Texts = Readonly<Record<string, string>>;

async function read(file: string): Promise<Texts> {
  return JSON.parse(await readFile(path.join(root, file), 'utf8')) as Texts;
}

/** Of the files in `folder` that are named `<name>.<language>.json`. */
async function translations(folder: string, name: string): Promise<readonly string[]> {
  const files = await readdir(path.join(root, folder));
  return files
    .filter((file) => file.startsWith(`${name}.`) && file !== `${name}.json`)
    .map((file) => path.join(folder, file));
}

describe('the words of the extension', () => {
  it('are all in the bundle, and none is there that is said no more', async () => {
    const said = new Set((await textsOf(root)).map(({ key }) => key));
    const bundle = await read('l10n/bundle.l10n.json');
    assert.deepEqual(Object.keys(bundle).sort(), [...said].sort(), howTo);
    assert.deepEqual(Object.keys(bundle), Object.values(bundle), 'English is its own translation');
  });

  it('are all translated, with the same placeholders', async () => {
    const keys = Object.keys(await read('l10n/bundle.l10n.json'));
    const files = await translations('l10n', 'bundle.l10n');
    assert.deepEqual(files, ['l10n/bundle.l10n.de.json']);
    for (const file of files) {
      const translated = await read(file);
      assert.deepEqual(Object.keys(translated).sort(), [...keys].sort(), `${file}: ${howTo}`);
      for (const [key, text] of Object.entries(translated)) {
        assert.ok(text !== '', `${file} leaves "${key}" empty`);
        assert.deepEqual(placeholders(text), placeholders(key), `${file}: "${key}"`);
        assert.deepEqual(icons(text), icons(key), `${file}: "${key}"`);
      }
    }
  });

  it('are given as many facts as they have places for', async () => {
    for (const { key, at, given } of await textsOf(root))
      if (given !== undefined) assert.equal(given, placeholders(key).length, `${at}: "${key}"`);
  });

  it('are known before the program runs', () => {
    const found = textsIn(
      'a.ts',
      "vscode.l10n.t('{0} is up.', name); l10n.t('{0} {1}', ...[a, b]); other.t(x);",
    );
    assert.deepEqual(
      found.map(({ key, given }) => [key, given]),
      [
        ['{0} is up.', 1],
        ['{0} {1}', 2],
      ],
    );
    assert.throws(
      () => textsIn('a.ts', '\nl10n.t(`${name} is up.`)'),
      /a\.ts:2: the first argument of l10n\.t/,
    );
  });

  it('are English where nobody translates, and take facts as they are', () => {
    assert.equal(inEnglish('{1} of {0}, {2}', 'a{1}', 2), '2 of a{1}, {2}');
    assert.equal(inEnglish('100 % {}'), '100 % {}');
  });
});

describe('the language of a page', () => {
  afterEach(() => translateBy(inEnglish));

  it('is that of the texts it was given; what is not among them is English', () => {
    translateBy(outOf({ '{0} of {1} healthy': '{0} von {1} gesund' }), 'de');
    assert.equal(l10n.t('{0} of {1} healthy', 1, 2), '1 von 2 gesund');
    assert.equal(l10n.t('{0} min ago', 5), '5 min ago');
    assert.equal(l10n.language, 'de');
  });

  it('writes numbers and times as its words are written', () => {
    const at = new Date(2026, 0, 1, 0, 2, 30).getTime();
    const all = (): readonly string[] => [figure(1234.56, 1), hoursAndMinutes(at), toTheSecond(at)];
    assert.deepEqual(all(), ['1,234.6', '00:02', '00:02:30']);
    translateBy(inEnglish, 'de');
    assert.deepEqual(all(), ['1.234,6', '00:02', '00:02:30']);
  });

  it('is English where nobody knows how it writes numbers', () => {
    for (const unknown of ['', 'not a language', 'xx-unknown']) {
      translateBy(inEnglish, unknown);
      assert.equal(l10n.language, 'en', unknown);
    }
  });
});

describe('the words of the walkthrough', () => {
  const media = metadata.contributes.walkthroughs.flatMap(({ steps }) =>
    steps.map(({ media: { markdown } }) => markdown),
  );

  // The editor looks for `<name>.nls.<language>.md` beside the file that package.json names.
  it('are there in each language, with the same pictures', async () => {
    assert.ok(media.length > 0, 'there are some');
    for (const file of media) {
      const english = await readFile(path.join(root, file), 'utf8');
      const german = await readFile(path.join(root, file.replace(/\.md$/, '.nls.de.md')), 'utf8');
      assert.notEqual(german, english, file);
      assert.deepEqual(links(german), links(english), file);
    }
  });
});

describe('the words of package.json', () => {
  const named = [...JSON.stringify(metadata).matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key ?? '');

  it('are all in package.nls.json, and none is there that is named no more', async () => {
    assert.deepEqual(Object.keys(await read('package.nls.json')).sort(), [...new Set(named)].sort());
  });

  it('are all translated, with the same commands behind them', async () => {
    const english = await read('package.nls.json');
    const files = await translations('.', 'package.nls');
    assert.deepEqual(files, ['package.nls.de.json']);
    for (const file of files) {
      const translated = await read(file);
      assert.deepEqual(Object.keys(translated).sort(), Object.keys(english).sort(), file);
      for (const [key, text] of Object.entries(translated)) {
        assert.ok(text !== '', `${file} leaves ${key} empty`);
        assert.deepEqual(links(text), links(english[key] ?? ''), `${file}: ${key}`);
      }
    }
  });

  it('are no plain texts in package.json', () => {
    const { commands, viewsWelcome, walkthroughs, configuration, views } = metadata.contributes;
    const settings = Object.values(configuration.properties);
    const all = [
      ...commands.map(({ title }) => title),
      ...viewsWelcome.map(({ contents }) => contents),
      ...views.tidegate.map(({ name }) => name),
      ...walkthroughs.flatMap(({ title, description, steps }) => [
        ...[title, description],
        ...steps.flatMap((step) => [step.title, step.description]),
      ]),
      ...settings.flatMap((one) => [
        one.markdownDescription,
        ...('enumDescriptions' in one ? one.enumDescriptions : []),
      ]),
    ];
    assert.deepEqual(
      all.filter((text) => !/^%[\w.-]+%$/.test(text)),
      [],
    );
  });
});

describe('the packaged extension', () => {
  it('has every translation in it, and every icon of its own', async () => {
    const packed = await withoutHeavyFolders((cwd) =>
      listFiles({ cwd, packageManager: PackageManager.None }),
    );
    const wanted = [
      ...['package.nls.json', 'l10n/bundle.l10n.json'],
      ...(await translations('.', 'package.nls')),
      ...(await translations('l10n', 'bundle.l10n')),
      ...metadata.contributes.walkthroughs.flatMap(({ steps }) =>
        steps.map(({ media }) => media.markdown.replace(/\.md$/, '.nls.de.md')),
      ),
      ...['media/dashboard-light.svg', 'media/dashboard-dark.svg'],
    ];
    assert.deepEqual(
      wanted.filter((file) => !packed.includes(file)),
      [],
    );
  });
});

function links(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target ?? '');
}

function icons(text: string): readonly string[] {
  return text.match(/\$\([\w~-]+\)/g) ?? [];
}
