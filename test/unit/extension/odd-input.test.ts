import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import { environmentsTree } from '../../../extension/model/environments-tree.ts';
import { quotedKeys } from '../../../extension/model/flag-literals.ts';
import { flagsTree } from '../../../extension/model/flags-tree.ts';
import { commandLink, hoverOf, knownFlags } from '../../../extension/model/known-flags.ts';
import type { TreeNode } from '../../../extension/model/node.ts';
import { projectNames } from '../../../extension/model/project-names.ts';
import { refItems, refsPlaceholder } from '../../../extension/model/ref-items.ts';
import { releasesTree } from '../../../extension/model/releases-tree.ts';
import { repaint } from '../../../extension/model/repaint.ts';
import type { EnvironmentState, ProjectState } from '../../../extension/model/state.ts';
import { tagItems } from '../../../extension/model/tag-items.ts';
import { taskName } from '../../../extension/model/task.ts';
import { commit, empty, environment, past, project, release, slot, status } from './samples.ts';

const now = Date.parse('2026-01-01T00:00:10.000Z');

function allOf(nodes: readonly TreeNode[]): readonly TreeNode[] {
  return nodes.flatMap((node) => [node, ...allOf(node.children)]);
}

function flag(key: string, changes: Partial<FlagStatus> = {}): FlagStatus {
  return {
    ...{ key, value: false, state: null, defined: true, default: false, description: null, owner: null },
    ...{ by: null, at: null, share: null, kind: 'release', expires: null, type: 'boolean' as const },
    ...{ variants: ['on', 'off'], conditions: 0, ...changes },
  };
}

function withFlags(flags: readonly FlagStatus[], name = 'dev'): EnvironmentState {
  return environment(
    { flags: { environment: name, stack: `shop-${name}`, release: release(1), flags: [...flags] } },
    name,
  );
}

/** Milliseconds of the quickest of three: another process may have had the machine. */
function quickest(run: () => void): number {
  const took = [1, 2, 3].map(() => {
    const began = performance.now();
    run();
    return performance.now() - began;
  });
  return Math.min(...took);
}

/** Keys as the agent takes them, up to 100 letters. */
const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
const keys = fc
  .array(fc.tuple(word, fc.constantFrom('-', '_', '.')), { minLength: 1, maxLength: 9 })
  .map((parts) => parts.flatMap(([text, mark], index) => (index === 0 ? [text] : [mark, text])).join(''))
  .filter((key) => key.length <= 100);

describe('a flag with an odd key', () => {
  it('has rows of its own, found again by their ids, and is what its command gets', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys, { minLength: 1, maxLength: 12 }), (all) => {
        const flags = all.map((key) => flag(key));
        const nodes = allOf(flagsTree([project(withFlags(flags), withFlags(flags, 'production'))]));
        assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
        assert.deepEqual(new Set(nodes.flatMap(({ target }) => target?.flag ?? [])), new Set(all));
      }),
    );
  });

  it('is read in Markdown as it is called, and its link leads to it', () => {
    fc.assert(
      fc.property(keys, fc.string(), (key, folder) => {
        const known = knownFlags({ ...project(withFlags([flag(key)])), folder }, undefined).byKey.get(key);
        assert.ok(known, 'it is known');
        const link = commandLink('tidegate.toggleFlag', { folder, environment: 'dev', flag: key });
        const text = hoverOf(known, () => link);
        assert.equal(rendered(text.split('\n')[0] ?? ''), `Flag ${key}`);
        const [, target = ''] = /\]\(([^()\s]*)\)/.exec(text) ?? [];
        assert.equal(target, link);
        assert.deepEqual(JSON.parse(decodeURIComponent(target.split('?')[1] ?? '')), [
          { folder, environment: 'dev', flag: key },
        ]);
      }),
    );
  });

  it('is found in code where it is written, and only there', () => {
    const long = `a${'.b'.repeat(49)}c`;
    assert.equal(long.length, 100);
    for (const key of ['a', 'A.b_c-d', '7.up', long])
      assert.deepEqual(
        [...quotedKeys(`f("${key}")`)].map((one) => [one.key, one.offset]),
        [[key, 3]],
      );
    for (const none of ['-a', 'a-', 'a..b', 'a b', `${long}d`])
      assert.deepEqual([...quotedKeys(`f("${none}")`)], [], none);
  });
});

/** Markdown of one line as it is read: escapes and emphasis are gone. */
function rendered(markdown: string): string {
  return markdown.replace(/(?<!\\)\*\*/g, '').replace(/\\([\\`*_{}[\]()#+\-.!|<>~$&])/g, '$1');
}

describe('many of everything', () => {
  const tags = Array.from({ length: 200 }, (_, index) => ({
    ...{ ref: `v2.${199 - index}.0`, commit: `${index}`.padStart(40, '0'), subject: 's' },
    at: new Date(now - index * 60_000).toISOString(),
  }));

  it('is 200 tags, newest first, with the live one marked, in a glance', () => {
    const refs = { head: null, tags, branches: [], more: { tags: 0, branches: 0 }, dirty: false };
    const live = { number: 9, tag: 'v2.7.0', commit: tags[192]?.commit ?? '' };
    const rows = refItems(refs, live, 'dev').flatMap((item) => (item.kind === 'ref' ? [item] : []));
    assert.deepEqual(
      rows.map(({ ref }) => ref),
      tags.map(({ ref }) => ref),
    );
    assert.deepEqual(
      rows.filter(({ isCurrent }) => isCurrent).map(({ ref }) => ref),
      ['v2.7.0'],
    );
    assert.ok(quickest(() => refItems(refs, live, 'dev')) < 20, 'it is quick');
  });

  it('is 200 tags to go back to: what users had first, each once, and not the one that is live', () => {
    const rollouts = Array.from({ length: 300 }, (_, index) =>
      past({ rollout: `r${index}`, to: { ...release(index), tag: `v2.${index % 40}.0` } }),
    );
    const items = tagItems(rollouts, tags, 'v2.7.0');
    assert.equal(new Set(items.map(({ tag }) => tag)).size, items.length);
    assert.equal(items.length, 199);
    assert.deepEqual([items[0]?.tag, items[39]?.tag], ['v2.0.0', 'v2.199.0']);
    assert.ok(quickest(() => tagItems(rollouts, tags, 'v2.7.0')) < 20, 'it is quick');
  });

  it('is a repository without a tag, or without a commit, which says so', () => {
    const none = { head: null, tags: [], branches: [], more: { tags: 0, branches: 0 }, dirty: null };
    assert.deepEqual(
      refItems(none, null, 'dev').map(({ label }) => label),
      ['here', '$(source-control) Commit in Source Control…'],
    );
    assert.match(refsPlaceholder(none), /There is no commit yet/);
    const head = { ref: 'HEAD', commit, subject: 's', at: '2026-01-01T00:00:00.000Z' };
    assert.deepEqual(
      refItems({ ...none, head }, null, 'dev').map(({ label }) => label),
      ['here', '$(git-commit) HEAD', '$(tag) Create a Tag…'],
    );
    assert.match(refsPlaceholder({ ...none, head }), /There is no tag yet/);
    assert.deepEqual(tagItems([past({ to: release(1, null) })], [], null), []);
  });

  it('is 200 flags in 4 environments and 800 past rollouts; one event paints one row', () => {
    const names = ['a', 'b', 'c', 'd'];
    const flags = Array.from({ length: 200 }, (_, index) => flag(`f${index}`));
    const history = Array.from({ length: 200 }, (_, index) => past({ rollout: `r${index}` }));
    const many = names.map((name) => ({ ...withFlags(flags, name), history }));
    const switched = flags.map((one) => (one.key === 'f7' ? { ...one, owner: 'web' } : one));
    const [first = environment(), ...rest] = many;
    const changed = [...rest, { ...first, flags: withFlags(switched, 'a').flags }];
    const before = flagsTree([project(...rest, first)]);
    assert.deepEqual(repaint(before, flagsTree([project(...changed)])), ['flag:/shop#f7#a']);
    assert.ok(quickest(() => flagsTree([project(...many)])) < 100, 'the flags are quick');
    assert.ok(quickest(() => releasesTree([project(...many)])) < 100, 'the releases are quick');
    assert.equal(releasesTree([project(...many)]).flatMap(({ children }) => children).length, 200);
  });

  it('is 60 services in 4 environments: an event of one slot paints that slot', () => {
    const services = (answered: number) =>
      Array.from({ length: 60 }, (_, index) => ({
        service: `s${index}`,
        slots: [
          slot({ answering: { release: 1, digest: 'sha256:01', status: index === 30 ? answered : 200 } }),
          empty,
        ],
      }));
    const names = ['a', 'b', 'c', 'd'];
    const all = (answered: number): ProjectState =>
      project(
        ...names.map((name) =>
          environment({ status: status({ services: services(name === 'c' ? answered : 200) }) }, name),
        ),
      );
    const [before, after] = [environmentsTree([all(200)], now), environmentsTree([all(503)], now)];
    assert.deepEqual(repaint(before, after), ['/shop#c#service:s30#blue']);
    assert.ok(quickest(() => repaint(before, environmentsTree([all(503)], now))) < 100, 'it is quick');
  });
});

describe('two projects', () => {
  const named = (folder: string, name = 'shop'): ProjectState => ({
    ...project({ ...withFlags([flag('one')]), history: [past()] }),
    ...{ folder, name },
  });
  const both = [named('/code/a/shop'), named('/code/b/shop')];

  it('have rows of their own everywhere, though names and environments are the same', () => {
    for (const nodes of [environmentsTree(both, now), flagsTree(both), releasesTree(both)]) {
      const ids = allOf(nodes).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const folders = allOf(nodes).flatMap(({ target }) => target?.folder ?? []);
      assert.deepEqual(new Set(folders), new Set(['/code/a/shop', '/code/b/shop']));
    }
  });

  it('are told apart by their names, or by what their folders do not share', () => {
    const names = (...all: readonly ProjectState[]) => [...projectNames(all).values()];
    assert.deepEqual(names(named('/code/a', 'shop'), named('/code/b', 'blog')), ['shop', 'blog']);
    assert.deepEqual(names(...both), ['shop (a/shop)', 'shop (b/shop)']);
    assert.deepEqual(names(named('/code'), named('/code/inner')), ['shop (code)', 'shop (inner)']);
    assert.deepEqual(
      environmentsTree(both, now).map(({ label }) => label),
      ['shop (a/shop)', 'shop (b/shop)'],
    );
    assert.match(
      releasesTree(both)[0]?.children[0]?.description ?? '',
      / · shop \(a\/shop\) · ann@laptop · /,
    );
    assert.deepEqual(
      flagsTree(both).map(({ description }) => description),
      ['off · shop (a/shop)', 'off · shop (b/shop)'],
    );
    assert.doesNotMatch(releasesTree([named('/code/a')])[0]?.children[0]?.description ?? '', /shop/);
  });

  it('have tasks that tell which of them they are of', () => {
    assert.equal(taskName({ command: 'deploy', environment: 'dev', folder: 'b' }), 'deploy to dev (b)');
    assert.equal(taskName({ command: 'deploy', environment: 'dev' }), 'deploy to dev');
  });
});
